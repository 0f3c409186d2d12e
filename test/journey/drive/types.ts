/** The three engines that journeys run in. */
export type EngineName = 'chromium' | 'firefox' | 'webkit';

/** A value that survives the way into a page and back. */
export type Json = string | number | boolean | null | undefined | readonly Json[] | {readonly [name: string]: Json};

/** What a condition gives once it holds. */
export type Truthy<T> = Exclude<T, undefined | null | false | 0 | ''>;

/** A modifier that is held while another key is pressed. */
export type Modifier = 'Shift' | 'Control' | 'Alt' | 'Meta';

/** A key by the name that `KeyboardEvent.key` gives it; `Space` is the space bar. */
export type NamedKey =
  | 'Enter'
  | 'Tab'
  | 'Escape'
  | 'Backspace'
  | 'Delete'
  | 'Space'
  | 'ArrowUp'
  | 'ArrowDown'
  | 'ArrowLeft'
  | 'ArrowRight'
  | 'Home'
  | 'End'
  | 'PageUp'
  | 'PageDown';

/** A key, or modifiers and a key joined by a plus sign: `Shift+Tab`, `Control+a`. */
export type Chord = NamedKey | `${Modifier}+${string}`;

/** How a page is opened. */
export interface OpenOptions {
  /** Width of the viewport in CSS pixels; default 1280. WebKit cannot go below about 305. */
  width?: number;
  /** Height of the viewport in CSS pixels; default 800. WebKit cannot go below about 294. */
  height?: number;
  /** Whether the visitor asks for dark colours; default no. See {@link Browser.open} for storage. */
  dark?: boolean;
  /** Whether the visitor asks for less motion; default no. See {@link Browser.open} for storage. */
  reducedMotion?: boolean;
  /** Whether the visitor's own colours are forced on pages; default no. Not in WebKit. See {@link Browser.open} for storage. */
  forcedColors?: boolean;
  /** Whether the visitor points with a finger, as on a phone; default no. Not in WebKit. See {@link Browser.open} for storage. */
  touch?: boolean;
}

/** Size of a viewport in CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** What a page cannot be made to show in every engine. */
export type Ability = 'accessibilityTree' | 'forcedColors' | 'longTasks' | 'notches' | 'swipe' | 'touch';

/** One request that a page made. */
export interface PageRequest {
  method: string;
  url: string;
  /** What the request was for, in the engine's own word (`document`, `fetch`, `ping`); absent where it does not say. */
  kind?: string;
}

/** What only Chromium can do to a page. */
export interface ChromiumOnly {
  /** Sends one command of the Chrome DevTools protocol to the page and gives its result. */
  cdp(method: string, params?: {readonly [name: string]: Json}): Promise<unknown>;
  /** Slows the page's main thread down by `factor` (1 is full speed). */
  slowCpu(factor: number): Promise<void>;
}

/** One tab of a real browser, driven as a visitor would. */
export interface Page {
  readonly engine: EngineName;
  /**
   * Runs a function in the page, awaits its promise and gives its JSON value. The function travels as source text: it
   * sees the page's globals and its arguments only. The page's Content-Security-Policy does not hinder it.
   *
   * @throws what the function threw, as an Error with the page's message; also when the page went away meanwhile.
   */
  run<T, A extends Json[]>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  /**
   * Asks a condition in the page again and again until it is truthy, across navigations, and gives that value. A
   * condition that throws counts as not yet.
   *
   * @throws after the browser's `waitLimitMs`, naming the condition's source and its last answer; at once when the page
   * was closed from here.
   */
  waitFor<T, A extends Json[]>(condition: (...args: A) => T | Promise<T>, ...args: A): Promise<Truthy<T>>;
  /** Types text into the focused element, by key events. A newline is the Enter key. */
  type(text: string): Promise<void>;
  /** Presses one key, with its modifiers held. In WebKit `Shift+Tab` moves the focus, but its `key` is `Unidentified`. */
  press(chord: Chord): Promise<void>;
  /**
   * Clicks the centre of an element with the mouse, once it stands still and nothing covers it. `host >>> css` reaches
   * into the open shadow root of `host`, at any depth.
   *
   * @throws after the browser's `waitLimitMs`, saying what was wrong: not found, without a box, moving, covered by what.
   */
  click(selector: string): Promise<void>;
  /** Moves the mouse over the centre of an element, under the conditions of {@link Page.click}. */
  hover(selector: string): Promise<void>;
  /** Touches the centre of an element with a finger, under the conditions of {@link Page.click}; the page was opened for it. */
  touch(selector: string): Promise<void>;
  /** Turns the mouse wheel over the centre of an element, under the conditions of {@link Page.click}; up where negative. */
  wheel(selector: string, downPx: number): Promise<void>;
  /** Gives the viewport another size, as a phone that is turned does. WebKit cannot go below about 305 by 294. */
  resize(size: Size): Promise<void>;
  /**
   * Takes the network away, so that requests fail and the page hears of it. WebKit knows only the machine's own network:
   * there its proxy lets nothing of the whole browser through any more, and `navigator.onLine` and the event are
   * pretended, until the page's document goes.
   */
  goOffline(): Promise<void>;
  /** Gives the network back. */
  goOnline(): Promise<void>;
  /** Really hides the page: another tab comes to the front, or in WebKit the window is minimised. */
  hide(): Promise<void>;
  /** Brings the page to the front again. */
  show(): Promise<void>;
  /** Goes to another address and waits for its load event. */
  goto(url: string): Promise<void>;
  /** Loads the page again and waits for its load event. */
  reload(): Promise<void>;
  /** Goes back one entry in the history; the page may come out of the back-forward cache. */
  back(): Promise<void>;
  /** Closes the tab as a visitor would; the page hears of it as far as its engine tells. Again is without effect. */
  close(): Promise<void>;
  /**
   * Lists the requests since the page was opened, in the order they were made: sub-requests, redirects, preflights where
   * reported, beacons and failed ones too; no data, blob or favicon addresses.
   *
   * Chromium and Firefox: as the driver reports them, those answered by the cache included; what is sent while the tab
   * closes, and what workers ask for, may be missing, and so is `fetchLater`; what the browser sends again because a
   * connection broke counts once, though the server sees it again. WebKit: as a proxy on the loopback sees them, so
   * without those that the cache answered, and of all pages of this browser; of https only `CONNECT` is seen.
   */
  tap(): PageRequest[];
  /**
   * Gives the text of every console call since the page was opened, in order. Text arguments are alike in all engines,
   * the wording of objects is the engine's. WebKit: main frame only, and lines written between the last call on this
   * page and a navigation that the page began itself are lost.
   */
  consoleLines(): Promise<string[]>;
  /** Gives every uncaught exception and unhandled rejection as `Name: message`, with the limits of the console lines. */
  errors(): Promise<string[]>;
  /** Writes what the viewport shows to a PNG file. A hidden page is brought to the front in Chromium. */
  screenshot(path: string): Promise<void>;
  /** Only in Chromium. */
  readonly chromium?: ChromiumOnly;
}

/**
 * A running browser with its own profile, cut off from everything but the loopback.
 *
 * Chromium asks each server for /favicon.ico once, as it always does. WebKit's requests go through a proxy on the
 * loopback: one more hop and a connection of their own each; documents get one script more, of which the page's policy
 * knows and which takes itself away. So what WebKit needs for a load is no measure of time.
 */
export interface Browser {
  readonly engine: EngineName;
  /**
   * Opens an address in a new tab and waits for its load event. A tab that is opened later hides the earlier ones in
   * Chromium and Firefox; in WebKit it is a window of its own and only takes the focus.
   *
   * `dark`, `reducedMotion`, `forcedColors` and `touch` belong to the whole browser in Firefox and WebKit: there such a
   * page runs in a second browser with a profile of its own, and shares no storage with the others.
   *
   * @throws where the engine cannot do what is asked of it: see `lacks` of the engines that are found.
   */
  open(url: string, options?: OpenOptions): Promise<Page>;
  /** Ends the browser in an orderly way and removes what it left. Again, or after a kill, is without effect. */
  close(): Promise<void>;
  /** Ends every process of the browser by SIGKILL, as a crash would, and removes what it left but for a given profile. */
  kill(): Promise<void>;
  /** Lists the living processes of this browser and of what it needs (driver, display). */
  processes(): number[];
}

/** How a browser is started. */
export interface BrowserOptions {
  /**
   * Folder of a profile that outlives the browser, so that the next one finds its storage; default a fresh one that is
   * removed. WebKit keeps nothing while it is automated: there this is refused. Firefox has a process for each site with
   * it, as with a visitor, so that one page can crash alone, and one for all pages without.
   */
  profileFolder?: string;
  /** How long a page's waiting methods go on, in milliseconds; default {@link WAIT_LIMIT_MS}. */
  waitLimitMs?: number;
}
