import type {Room} from './room.ts';
import type {BrowserOptions, OpenOptions, Page} from './types.ts';

/** What a visitor asks of all pages alike. */
export interface Look {
  dark: boolean;
  reducedMotion: boolean;
  forcedColors: boolean;
  touch: boolean;
}

/** How a page is opened in a running browser. */
export interface PageOptions extends OpenOptions {
  waitLimitMs: number;
}

/** One running browser of one look. */
export interface Running {
  open(url: string, options: PageOptions): Promise<Page>;
  /** Asks the browser to end in its own way; whatever is left is ended by its room. */
  close(): Promise<void>;
}

/** Starts a browser in an empty room. The room is cleared by the caller, also when this fails half-way. */
export type Start = (room: Room, options: BrowserOptions & Look) => Promise<Running>;
