/** What can be planted into traffic, by name. */
export const INCIDENTS = ['slow-tool', 'buffering-proxy', 'cold-starts', 'model-tail'] as const;

/** Names an incident. */
export type IncidentName = (typeof INCIDENTS)[number];

/** What an incident does, in words for whoever runs it. */
export const INCIDENT_WORDS: Readonly<Record<IncidentName, string>> = {
  'slow-tool': 'the order service answers after seconds: stage tools of questions about orders and stock',
  'buffering-proxy': 'something before the endpoint holds answers back until they are whole, for two in three turns',
  'cold-starts': 'instances are stopped when idle: one turn in twelve waits until one is up',
  'model-tail': 'the provider is overloaded: one answer in eight begins many seconds late',
};

/** An incident with its time: how long before the end of the traffic it begins and ends, in ms. */
export interface PlacedIncident {
  name: IncidentName;
  beginsAgoMs: number;
  /** 0 for one that goes on. */
  endsAgoMs: number;
}

/** What is simulated: so many turns, spread over the time up to now, with what goes wrong in it. */
export interface TrafficPlan {
  turnCount: number;
  /** How far back it begins, in ms; a collector places no turn further back than 24 hours. */
  spanMs: number;
  /** They may not overlap. */
  incidents: readonly PlacedIncident[];
}

/** Beacons reach no further back; a minute less, as sending takes time. */
export const MAX_SPAN_MS = 86_400_000 - 60_000;

/** Twelve thousand turns carry every percentile up to P99.9 without reserve. */
export const DEFAULT_TURN_COUNT = 12_000;

/** When which one begins and ends where nothing is asked for, in shares of the span before now: one at a time. */
const MIX: readonly [name: IncidentName, begins: number, ends: number][] = [
  ['model-tail', 0.9, 0.8],
  ['cold-starts', 0.65, 0.55],
  ['buffering-proxy', 0.4, 0.3],
  ['slow-tool', 0.15, 0],
];

/**
 * Makes a plan.
 *
 * @param options.incident - The only one, from a quarter of the span before now on; default each of them in its turn,
 *   `none` for traffic in which nothing goes wrong.
 * @param options.turnCount - Default: DEFAULT_TURN_COUNT.
 * @param options.spanMs - Default: the last 24 hours.
 */
export function planTraffic(options: {
  incident?: IncidentName | 'none';
  turnCount?: number;
  spanMs?: number;
}): TrafficPlan {
  const {incident, turnCount = DEFAULT_TURN_COUNT} = options;
  const spanMs = Math.min(options.spanMs ?? MAX_SPAN_MS, MAX_SPAN_MS);
  const placed = incident === undefined ? MIX : incident === 'none' ? [] : [[incident, 0.25, 0] as const];
  return {
    turnCount,
    spanMs,
    incidents: placed.map(([name, begins, ends]) => ({
      name,
      beginsAgoMs: Math.round(begins * spanMs),
      endsAgoMs: Math.round(ends * spanMs),
    })),
  };
}
