export {type Borrowed, borrowBrowser} from './borrow-browser.ts';
export {type FoundEngine, findEngines} from './engines.ts';
export {openBrowser} from './open-browser.ts';
export type {
  Ability,
  Browser,
  BrowserOptions,
  Chord,
  ChromiumOnly,
  EngineName,
  Json,
  Modifier,
  NamedKey,
  OpenOptions,
  Page,
  PageRequest,
  Size,
  Truthy,
} from './types.ts';
export {WAIT_LIMIT_MS, waitUntil} from './wait.ts';
