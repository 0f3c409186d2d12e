import {type Outcome, qualityOf} from './outcomes.ts';
import {createBm25, createMiniSearch} from './peers.ts';
import type {Split} from './splits.ts';

/** Thresholds that are tried on a peer's scores. */
const TRIED_COUNT = 60;

/**
 * Measures others on the packs as they were gathered: how often the right entry is first, and the most that a threshold,
 * chosen on the very questions, covers with 97 of 100 answers right.
 */
export function measurePeers(splits: readonly Split[]): {name: string; values: number[]}[] {
  return [createBm25, createMiniSearch].flatMap((create) =>
    ['20 phrasings', 'shop chat'].flatMap((kind) => {
      const own = splits.filter(({name}) => name === kind);
      const peers = own.map(({pack}) => create(pack));
      const all = own.map((split, at) =>
        split.queries.map(({text, id, kind, group}): Outcome => {
          const [best] = peers[at]?.find(text) ?? [];
          const isRight = best !== undefined && best.id === id;
          return {split, kind, group, isMisspelled: false, isRight, score: best?.score ?? -1};
        }),
      );
      const covered = all.map((outcomes) => {
        const scores = outcomes.map(({score}) => score).sort((a, b) => a - b);
        const tried = Array.from(
          {length: TRIED_COUNT},
          (_, at) => scores[Math.floor((at * scores.length) / TRIED_COUNT)] ?? 0,
        );
        const qualities = tried.map((threshold) => qualityOf(outcomes, threshold));
        return Math.max(0, ...qualities.filter(({precision}) => precision >= 0.97).map(({coverage}) => coverage * 100));
      });
      const name = `${peers[0]?.name}, ${kind}`;
      return [
        {name: `${name}: first %`, values: all.map((outcomes) => qualityOf(outcomes, 0).accuracy * 100)},
        {name: `${name}: coverage % at 97 %, at best`, values: covered},
      ];
    }),
  );
}
