// node test/bench/faq/fit.ts: reckons the constants of src/faq/judge.ts, and how well they do on intents that they did not see.
import {
  bySplit,
  collectOutcomes,
  fitWeights,
  makeSplits,
  qualityOf,
  scoreUnseen,
  scoreWith,
  thresholdOf,
} from './outcomes.ts';

const outcomes = makeSplits([0, 1, 2, 3]).flatMap(collectOutcomes);
const percent = (share: number) => (share * 100).toFixed(1).padStart(5);
const isShop = ({split}: {split: {name: string}}) => split.name.startsWith('shop');
const views = {
  'other intents': scoreUnseen(outcomes),
  'intents by the shop': scoreWith(
    outcomes.filter((each) => !isShop(each)),
    fitWeights(outcomes.filter(isShop)),
  ),
  'the shop by intents': scoreWith(outcomes.filter(isShop), fitWeights(outcomes.filter((each) => !isShop(each)))),
};
for (const [view, scored] of Object.entries(views)) {
  console.log(`\nFitted to: ${view}`);
  for (const by of [-0.01, 0, 0.01]) {
    const names = new Map<string, ReturnType<typeof qualityOf>[]>();
    for (const [split, each] of bySplit(scored)) {
      names.set(split.name, [...(names.get(split.name) ?? []), qualityOf(each, thresholdOf(split) + by)]);
    }
    for (const [name, qualities] of names) {
      const mean = (of: (quality: (typeof qualities)[0]) => number) =>
        qualities.reduce((sum, quality) => sum + of(quality), 0) / qualities.length;
      const least = Math.min(...qualities.map(({precision}) => precision));
      console.log(
        `${`threshold ${by}`.padEnd(16)}${name.padEnd(34)} ${percent(mean(({coverage}) => coverage))} % @ ${percent(mean(({precision}) => precision))} %, least ${percent(least)}, far ${percent(mean(({farShare}) => farShare))}, typos ${mean(({typoRatio}) => typoRatio).toFixed(2)}, first ${percent(mean(({accuracy}) => accuracy))}`,
      );
    }
  }
}
console.log(
  `\nconst WEIGHTS = [${fitWeights(outcomes)
    .map((weight) => Number(weight.toFixed(2)))
    .join(', ')}];`,
);
