import type {StorageRow} from '../rules/read-spec.ts';

/** How a site and a visitor may have set things up. */
export interface Setup {
  consent: 'auto' | 'required' | 'granted' | 'denied';
  persist: 'session' | 'local' | 'none';
  /** What the browser says of its owner's wish. */
  signal: 'none' | 'GPC' | 'DNT';
  gpc: 'off' | 'first-party';
}

/** What a browser holds of us. */
export interface Held {
  session: Record<string, string>;
  local: Record<string, string>;
  databases: string[];
  cookies: string;
  caches: string[];
}

/** What each cell of the document's table means; a cell with other words is not known here, and must be decided. */
type Meaning = (setup: Setup) => 'kept' | 'memory' | 'sent' | 'waits' | 'absent';

const unlessSignalled: Meaning = ({signal, gpc}) => (signal === 'none' || gpc === 'first-party' ? 'sent' : 'absent');
const byPersist: Meaning = ({persist}) => (persist === 'none' ? 'memory' : 'kept');
const absent: Meaning = () => 'absent';
const kept: Meaning = () => 'kept';
const memory: Meaning = () => 'memory';

/** What holds words of a visitor's. */
const ONLY_GRANTED = {
  where: 'IndexedDB',
  auto: 'memory',
  required: 'memory',
  granted: 'yes',
  denied: 'no',
  means: {auto: memory, required: memory, granted: kept, denied: absent},
} as const;

/** The databases of the rows that have one. */
export const DATABASES: Readonly<Record<string, string>> = {
  'firstword-faq': 'FAQ pack (public, same for everyone)',
  'firstword-learned': 'learned public answers (never suggested to another, only matched)',
  'firstword-decoys': 'local decoys ("not what I asked"; holds the visitor\'s words)',
};

/** The rows that the product has, with the meaning of each cell. */
export const BUILT: Readonly<Record<string, Readonly<Record<keyof StorageRow, string>> & {means: Means}>> = {
  'conversation, draft, resume ids': {
    thing: 'conversation, draft, resume ids',
    where: 'session or local storage, as `data-persist` says',
    auto: 'yes',
    required: 'yes',
    granted: 'yes',
    denied: 'memory',
    means: {auto: byPersist, required: byPersist, granted: byPersist, denied: () => 'memory'},
  },
  'FAQ pack (public, same for everyone)': {
    thing: 'FAQ pack (public, same for everyone)',
    where: 'IndexedDB',
    auto: 'yes',
    required: 'yes',
    granted: 'yes',
    denied: 'memory',
    means: {auto: kept, required: kept, granted: kept, denied: memory},
  },
  'learned public answers (never suggested to another, only matched)': {
    thing: 'learned public answers (never suggested to another, only matched)',
    ...ONLY_GRANTED,
  },
  'local decoys ("not what I asked"; holds the visitor\'s words)': {
    thing: 'local decoys ("not what I asked"; holds the visitor\'s words)',
    ...ONLY_GRANTED,
  },
  beacons: {
    thing: 'beacons',
    where: 'network',
    auto: 'yes; under GPC or DNT only with `data-gpc="first-party"`',
    required: 'at most 20 turns wait in memory',
    granted: 'as `auto`',
    denied: 'no',
    means: {auto: unlessSignalled, required: () => 'waits', granted: unlessSignalled, denied: absent},
  },
};

type Means = Readonly<Record<Setup['consent'], Meaning>>;

/** The rows that the product does not have yet: whatever their cells say, nothing of them may be anywhere. */
export const NOT_BUILT: readonly string[] = [
  'breaker state',
  'beacon outbox',
  'topics prefetch',
  'third-party analytics',
];

/** Says what a row of the table means for a setup. */
export function meaningOf(thing: string, setup: Setup): ReturnType<Meaning> {
  return BUILT[thing]?.means[setup.consent](setup) ?? 'absent';
}

/** Every setup that the table tells apart. */
export const SETUPS: readonly Setup[] = [
  ...(['auto', 'required', 'granted', 'denied'] as const).flatMap((consent) =>
    (['session', 'local', 'none'] as const).map((persist) => ({consent, persist, signal: 'none', gpc: 'off'}) as const),
  ),
  ...(['auto', 'required', 'granted', 'denied'] as const).flatMap((consent) =>
    (['GPC', 'DNT'] as const).flatMap((signal) =>
      (['off', 'first-party'] as const).map((gpc) => ({consent, persist: 'session', signal, gpc}) as const),
    ),
  ),
];
