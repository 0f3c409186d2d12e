import type {TurnRecord} from '../latency/index.ts';
import {routeTemplate, signalled} from './page.ts';
import {type EventParameters, type Known, makeFit, writeArms, writeTurn} from './parameters.ts';
import {type Globals, type Hand, TARGETS, type Target} from './targets.ts';
import {whenIdle} from './ways.ts';

/** Hands what happens in a chat to the analytics that the page has already. */
export interface Analytics {
  /** The chat was opened. */
  opened(): void;
  /** Takes the record of a turn that has ended. Of each turn only the first is told. */
  take(record: TurnRecord): void;
  /** The visitor judged a turn. */
  feedback(turnId: string, fb: NonNullable<TurnRecord['fb']>): void;
  /** The page is hidden or goes, perhaps with an open turn: what waits for an idle moment goes now. */
  leave(snapshot?: TurnRecord): void;
  /** The page goes, though it may be kept for going back: an open turn is told as that, since nobody may come back. */
  suspend(): void;
  /** The visitor agreed or refused: hands over what waited, or drops it and all that comes. */
  consent(answer: 'granted' | 'denied'): void;
  /** Stops; what waits is dropped. */
  stop(): void;
}

/** The most events that wait for one target, or for the visitor's consent; the oldest gives way. */
export const MAX_WAITING_EVENTS = 20;

/** When a target that is not there is looked for again, in ms after the look before. Each new event begins anew. */
export const LOOK_AGAIN_MS: readonly number[] = [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000];

/** Longest wait for an idle moment, in ms. */
const IDLE_LIMIT_MS = 1000;

/** Of so many turns it is still known, when they are judged, what they were. */
const JUDGED_COUNT = 20;

/** Who is to get events, and what still waits for them. */
interface Queue {
  name: string;
  find(page: Globals): Hand | undefined;
  waiting: {event: string; parameters: EventParameters}[];
}

/**
 * Starts handing over. Only calls what is on the page by then; loads and sets nothing. Nobody gets anything without the
 * visitor's consent where it is required or denied, nor under Global Privacy Control or Do Not Track. What analytics
 * throw is said to the site's developer and harms nobody.
 *
 * @param options.analytics - Words of `data-analytics`; with `none` among them nobody gets anything.
 * @param options.route - The site's own template; the path's by default.
 * @param options.arms - The arms of the site's experiments by their names.
 * @param options.onLine - Gets a line for the site's developer.
 */
export function createAnalytics(options: {
  analytics: readonly string[];
  consent: 'required' | 'granted' | 'denied' | 'auto';
  route: string | undefined;
  arms?: Record<string, string> | undefined;
  onLine: (line: string) => void;
}): Analytics {
  const {onLine} = options;
  const queues = createQueues(options.analytics);
  const page = window as unknown as Globals; // of what the page put there nothing is known
  const judged = new Map<string, Known>();
  let {consent} = options;
  let looks = 0;
  let open: TurnRecord | undefined;
  let cancel: (() => void) | undefined;

  const isAllowed = () => consent !== 'denied' && !signalled();

  function add(event: string, parameters: EventParameters): void {
    if (!isAllowed()) return;
    for (const {waiting} of queues) {
      waiting.push({event, parameters});
      if (waiting.length > MAX_WAITING_EVENTS) waiting.shift();
    }
    looks = 0;
    handSoon();
  }

  function handSoon(): void {
    cancel?.();
    cancel = whenIdle(hand, IDLE_LIMIT_MS);
  }

  function hand(): void {
    cancel?.();
    cancel = undefined;
    if (!isAllowed()) drop();
    if (consent === 'required') return;
    for (const queue of queues) handTo(queue);
    const missing = queues.filter(({waiting}) => waiting.length > 0);
    const againMs = LOOK_AGAIN_MS[looks++];
    if (missing.length > 0 && againMs !== undefined) {
      const timer = setTimeout(handSoon, againMs);
      cancel = () => clearTimeout(timer);
      return;
    }
    for (const {name} of missing) {
      const what = name === 'auto' ? 'nothing that it knows is' : `${name} is not`;
      onLine(`data-analytics: ${what} on this page yet; the newest ${MAX_WAITING_EVENTS} events wait.`);
    }
  }

  function handTo({name, find, waiting}: Queue): void {
    const attempt = <T>(work: () => T): T | undefined => {
      try {
        return work();
      } catch (cause) {
        onLine(`data-analytics: ${name} threw: ${cause instanceof Error ? cause.message.slice(0, 200) : typeof cause}`);
        return undefined;
      }
    };
    const call = waiting.length > 0 && attempt(() => find(page));
    if (call) for (const {event, parameters} of waiting.splice(0)) attempt(() => call(event, parameters));
  }

  function drop(): void {
    for (const {waiting} of queues) waiting.length = 0;
    judged.clear();
  }

  const here = () => ({route: options.route ?? routeTemplate(location.pathname), arm: writeArms(options.arms)});

  function take(record: TurnRecord): void {
    if (judged.has(record.id)) return;
    const written = writeTurn(record, here().route);
    const {prompt_class, source, arm} = written;
    judged.set(record.id, {prompt_class, source, arm});
    for (const id of judged.keys()) if (judged.size > JUDGED_COUNT) judged.delete(id);
    add('firstword_turn', written);
  }

  return {
    opened: () => add('firstword_open', makeFit(here())),
    take,
    feedback: (turnId, fb) =>
      add('firstword_feedback', makeFit({turn_id: turnId, feedback: fb, ...here(), ...judged.get(turnId)})),
    leave(snapshot) {
      open = snapshot;
      hand();
    },
    suspend() {
      if (open) take(open);
      hand();
    },
    consent(answer) {
      consent = answer;
      if (answer === 'denied') drop();
      else handSoon();
    },
    stop() {
      consent = 'denied'; // nothing is taken any more
      cancel?.();
      drop();
    },
  };
}

function createQueues(words: readonly string[]): Queue[] {
  const names = words.includes('none') ? [] : [...new Set(words)];
  return names.flatMap((name) => {
    const find = name === 'auto' ? createAuto(names) : TARGETS.find((target) => target.name === name)?.find;
    return find ? [{name, find, waiting: []}] : [];
  });
}

/** Finds the first of TARGETS that is there and not named besides, and stays with it for as long as it is there. */
function createAuto(named: readonly string[]): Queue['find'] {
  const isGoogle = (name: string) => name === 'ga4' || name === 'gtm'; // two doors of one house
  const others = TARGETS.filter(({name}) => !named.some((each) => each === name || (isGoogle(each) && isGoogle(name))));
  let chosen: Target | undefined;
  return (page) => {
    if (!chosen?.find(page)) chosen = others.find(({find, isOther}) => find(page) && !isOther?.(page));
    return chosen?.find(page);
  };
}
