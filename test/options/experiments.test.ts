import {describe, expect, it} from 'vitest';
import {assignArms, type Experiment, readExperiments} from '../../src/options/index.ts';

const read = (raw: string): Experiment[] => {
  const experiments = readExperiments(raw);
  if (typeof experiments === 'string') throw new Error(experiments);
  return experiments;
};

const pages = Array.from({length: 10_000}, (_, at) => at.toString(16).padStart(16, '0'));

describe('experiments', () => {
  it('are read from words: an arm is a value of its option, and `on` is what is configured', () => {
    expect(read(' prefetch:on=0.95|off=.05 ; hedge:on=.5|450ms=.5')).toEqual([
      {
        name: 'prefetch',
        arms: [
          {arm: 'on', share: 0.95, set: {}},
          {arm: 'off', share: 0.05, set: {prefetch: 'off'}},
        ],
      },
      {
        name: 'hedge',
        arms: [
          {arm: 'on', share: 0.5, set: {}},
          {arm: '450ms', share: 0.5, set: {hedge: '450ms'}},
        ],
      },
    ]);
  });

  it('are read from JSON', () => {
    expect(read('{"speed": {"slow": {"share": 0.1}, "quick": {"share": 0.9, "set": {"hedge": "auto"}}}}')).toEqual([
      {
        name: 'speed',
        arms: [
          {arm: 'slow', share: 0.1, set: {}},
          {arm: 'quick', share: 0.9, set: {hedge: 'auto'}},
        ],
      },
    ]);
  });

  it.each([
    ['prefetch:on=0.5|off=0.4', 'the shares of prefetch sum to 0.9, not to 1'],
    ['prefetch:on=0.9995', undefined],
    ['prefetch:on=2|off=-1', 'prefetch has a share that is not from 0 to 1'],
    ['prefetch:on=x', 'prefetch has a share that is not from 0 to 1'],
    ['prefetch', '"" is no name'],
    [':on=1', '"" is no name'],
    ['a:b=1|', '"" is no name'],
    ['a:b=1;', '"" is no name'],
    ['prefetch:on', 'the shares of prefetch sum to 0, not to 1'],
    ['a:on=1;a:on=1', 'two experiments have one name'],
    ['a:on=1;b:on=1;c:on=1;d:on=1;e:on=1', '5 experiments are more than 4'],
    ['{"a": 1}', 'a has no arms'],
    ['{"a": {"b": 1}}', 'a.b has no share, or sets no options'],
    ['{"a": {"b": {"share": 1, "set": []}}}', 'a.b has no share, or sets no options'],
    ['{"a": {"<b>": {"share": 1}}}', '"<b>" is no name'],
    ['{', 'it is no JSON'],
    ['{"__proto__": {"on": {"share": 1}}}', '"__proto__" is no name'],
  ])('are held against their rules: %s', (raw, wrong) => {
    const said = readExperiments(raw);
    if (wrong === undefined) expect(said).toHaveLength(1);
    else expect(said).toBe(wrong);
  });

  it('have the same arm for the same page, in their shares, each on its own', () => {
    const experiments = read('prefetch:on=0.95|off=0.05;hedge:on=0.5|auto=0.5');
    const armsOf = (page: string) => assignArms(experiments, page).map(({arm}) => arm);
    expect(pages.map(armsOf)).toEqual(pages.map(armsOf));
    const all = pages.map(armsOf);
    const share = (test: (arms: string[]) => boolean) => all.filter(test).length / all.length;
    expect(share(([prefetch]) => prefetch === 'off')).toBeCloseTo(0.05, 2);
    expect(share(([, hedge]) => hedge === 'auto')).toBeCloseTo(0.5, 1);
    expect(share(([prefetch, hedge]) => prefetch === 'off' && hedge === 'auto')).toBeCloseTo(0.025, 2);
  });

  it('have no page outside every arm, nor one in an arm without a share', () => {
    const experiments = read('{"a": {"on": {"share": 0.9995}, "off": {"share": 0}}}');
    expect(new Set(pages.flatMap((page) => assignArms(experiments, page)).map(({arm}) => arm))).toEqual(
      new Set(['on']),
    );
  });
});
