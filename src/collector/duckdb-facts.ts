import type {Outcome, Source, TurnRecord} from '../latency/index.ts';
import {type Ask, numberOf, type Row} from './duckdb-ask.ts';
import {JUDGED, SEEN} from './duckdb-sql.ts';
import type {Reading, ReadShare, ReadWaste} from './store.ts';

/** Everything that only has to be counted, in one pass: turns that are alike in all of it are one row. */
const FACTS = `
WITH ${SEEN}, ${JUDGED}
SELECT CASE WHEN expired THEN 'abandoned' ELSE outcome END AS outcome, coalesce(source, 'none') AS source,
  ended, visible, shown, coalesce(hidden_ms > 0, false) AS hidden, simulated,
  CASE WHEN first_valid THEN first_over END AS first_over, CASE WHEN done_valid THEN done_over END AS done_over,
  prefetch, hedge_won,
  count(*) AS count, sum(weight) AS weight, sum(weight * weight) AS squared, sum(coalesce(prefetch_count, 1)) AS requests
FROM judged GROUP BY ALL`;

const LEAD = `
WITH ${SEEN}
SELECT median(prefetch_lead_ms) AS lead FROM seen WHERE prefetch = 'used' AND (final OR expired)`;

/** What a summary counts. */
export type FactsReading = Pick<
  Reading,
  | 'turnCount'
  | 'openCount'
  | 'hiddenCount'
  | 'simulatedCount'
  | 'visibleCount'
  | 'leftBeforeFirst'
  | 'leftBeforeEnd'
  | 'outcomes'
  | 'sources'
> & {
  firstTokenOver: ReadShare;
  completeOver: ReadShare;
  waste: ReadWaste;
  /** Whether any turn stands for more or less than itself. */
  isWeighted: boolean;
};

/** Counts how turns ended, what was over budget, and what was done ahead or twice. */
export async function readFacts(ask: Ask): Promise<FactsReading> {
  const all = (await ask(FACTS)).map(factOf);
  const [{lead} = {}] = await ask(LEAD);
  const ended = all.filter((fact) => fact.ended);
  const left = (fact: Fact) => fact.outcome === 'abandoned';
  return {
    // only weights of 1 have both their sum and that of their squares equal to their number
    isWeighted: all.some(({count, weight, squaredWeight}) => weight !== count || squaredWeight !== count),
    turnCount: countOf(all),
    openCount: countOf(all.filter((fact) => !fact.ended)),
    hiddenCount: countOf(all.filter((fact) => fact.hidden)),
    simulatedCount: countOf(all.filter((fact) => fact.simulated)),
    visibleCount: countOf(all.filter((fact) => fact.visible)),
    firstTokenOver: shareOf(
      all.filter((fact) => fact.firstOver !== null),
      (fact) => fact.firstOver === true,
    ),
    completeOver: shareOf(
      all.filter((fact) => fact.doneOver !== null),
      (fact) => fact.doneOver === true,
    ),
    leftBeforeFirst: shareOf(ended, (fact) => left(fact) && !fact.shown),
    leftBeforeEnd: shareOf(ended, left),
    outcomes: tallied(all, (fact) => fact.outcome),
    sources: tallied(all, (fact) => fact.source),
    waste: wasteOf(ended, lead),
  };
}

function wasteOf(ended: readonly Fact[], lead: unknown): ReadWaste {
  const ahead = ended.filter((fact) => fact.prefetch !== null);
  const made = ended.filter((fact) => fact.hedgeWon !== null && fact.hedgeWon !== 'denied');
  return {
    turnCount: countOf(ended),
    aheadCount: countOf(ahead),
    requestCount: ahead.reduce((sum, {requestCount}) => sum + requestCount, 0),
    used: shareOf(ahead, (fact) => fact.prefetch === 'used'),
    leadMs: lead == null ? undefined : numberOf(lead),
    outcomes: tallied(ahead, (fact) => fact.prefetch ?? 'failed'),
    attemptCount: countOf(made),
    won: shareOf(made, (fact) => fact.hedgeWon === 'hedge'),
    deniedCount: countOf(ended.filter((fact) => fact.hedgeWon === 'denied')),
  };
}

/** Turns that are alike. */
interface Fact {
  outcome: Outcome;
  source: Source | 'none';
  ended: boolean;
  visible: boolean;
  shown: boolean;
  hidden: boolean;
  simulated: boolean;
  /** Null where it cannot be judged. */
  firstOver: boolean | null;
  doneOver: boolean | null;
  prefetch: NonNullable<TurnRecord['prefetch']>['r'] | null;
  hedgeWon: NonNullable<TurnRecord['hedge']>['won'] | null;
  requestCount: number;
  count: number;
  weight: number;
  squaredWeight: number;
}

function factOf(row: Row): Fact {
  return {
    outcome: row['outcome'] as Outcome, // of closed lists, as stored, held against the schema before
    source: row['source'] as Fact['source'],
    prefetch: row['prefetch'] as Fact['prefetch'],
    hedgeWon: row['hedge_won'] as Fact['hedgeWon'],
    ended: row['ended'] === true,
    visible: row['visible'] === true,
    shown: row['shown'] === true,
    hidden: row['hidden'] === true,
    simulated: row['simulated'] === true,
    firstOver: typeof row['first_over'] === 'boolean' ? row['first_over'] : null,
    doneOver: typeof row['done_over'] === 'boolean' ? row['done_over'] : null,
    requestCount: numberOf(row['requests']),
    count: numberOf(row['count']),
    weight: numberOf(row['weight']),
    squaredWeight: numberOf(row['squared']),
  };
}

function countOf(facts: readonly Fact[]): number {
  return facts.reduce((sum, {count}) => sum + count, 0);
}

function shareOf(whole: readonly Fact[], isPart: (fact: Fact) => boolean): ReadShare {
  const share = {partWeight: 0, wholeWeight: 0, squaredWeight: 0};
  for (const fact of whole) {
    share.wholeWeight += fact.weight;
    share.squaredWeight += fact.squaredWeight;
    if (isPart(fact)) share.partWeight += fact.weight;
  }
  return share;
}

/** Counts by name, the most frequent first. */
function tallied<Name extends string>(
  facts: readonly Fact[],
  nameOf: (fact: Fact) => Name,
): {name: Name; count: number; weight: number}[] {
  const tallies = new Map<Name, {name: Name; count: number; weight: number}>();
  for (const fact of facts) {
    const name = nameOf(fact);
    const tally = tallies.get(name) ?? {name, count: 0, weight: 0};
    tally.count += fact.count;
    tally.weight += fact.weight;
    tallies.set(name, tally);
  }
  return [...tallies.values()].sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
