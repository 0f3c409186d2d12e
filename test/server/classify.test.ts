import {performance} from 'node:perf_hooks';
import {describe, expect, it} from 'vitest';
import {compilePack} from '../../src/faq/index.ts';
import {chooseThreshold} from '../../src/server/complexity.ts';
import {createClassifier, createRoutingReport, type RouteExample} from '../../src/server/index.ts';
import {entryOf, SHOP} from '../faq/packs.ts';
import {writeRouteExamples} from './route-examples.ts';

describe('a classifier without a pack and examples', () => {
  const classify = createClassifier();

  it.each([
    'Where is my order?',
    'do you ship to Norway',
    'opening hours',
    'Wo ist mein Paket?',
    'Avez-vous des lampes ?',
  ])('takes %j for simple', (question) => {
    expect(classify(question)).toMatchObject({promptClass: 'other', route: 'fast'});
  });

  it.each([
    'What is the difference between the two mattresses, and which is better if I sleep on my side?',
    'Warum ist der Versand teurer und was passiert, wenn ich zwei Teile zurückgebe?',
    'Can you compare these beds? Which one lasts longer? And can I get it with a discount if I buy two?',
  ])('takes %j for complex', (question) => {
    expect(classify(question)).toMatchObject({promptClass: 'complex', route: 'powerful'});
  });

  it.each(['', ' ', '👍', '?'.repeat(32_000), 'why '.repeat(8_000), '\u0000\ud800'])(
    'says something of any text (%#)',
    (question) => {
      const {confidence, complexity, promptClass} = classify(question);
      expect(confidence).toBeGreaterThanOrEqual(0.5);
      expect(complexity).toBeLessThanOrEqual(1);
      expect(promptClass).toMatch(/^[\w-]+$/);
    },
  );

  it('knows a greeting', () => {
    expect(classify('Hello there!')).toMatchObject({promptClass: 'greeting', route: 'fast', complexity: 0});
  });
});

describe('a classifier with a pack', () => {
  it.each([['plain', SHOP] as const, ['compiled', compilePack(SHOP)] as const])(
    'classes by the topics of a %s one, and takes what it answers for simple',
    (_, pack) => {
      const classify = createClassifier({pack});
      expect(classify('how long does delivery take')).toMatchObject({
        promptClass: 'shipping',
        route: 'fast',
        complexity: 0,
      });
      expect(classify('What is your return policy?').promptClass).toBe('returns');
    },
  );

  it('tells no private topic', () => {
    const [first, ...rest] = SHOP.entries;
    if (!first) throw new TypeError('an empty shop');
    const classify = createClassifier({pack: {...SHOP, entries: [{...first, private: true}, ...rest]}});
    expect(classify('what is your return policy').promptClass).toBe('other');
    const byTopic = createClassifier({pack: {...SHOP, topics: {returns: {private: true}}}});
    expect(byTopic('what is your return policy').promptClass).toBe('other');
  });

  it('needs less than 5 ms for 99 of 100 questions against 100 entries', () => {
    const words = 'order parcel return size shoe card invoice refund track deliver blue large gift late broken'.split(
      ' ',
    );
    const phrase = (at: number) =>
      Array.from({length: 6}, (_, n) => words[(at * (n + 3) + n * n) % words.length]).join(' ');
    const entries = Array.from({length: 100}, (_, at) =>
      entryOf(`e${at}`, [phrase(at), `${phrase(at + 7)} ${at}`, `how ${phrase(at + 31)}`]),
    );
    const classify = createClassifier({pack: {entries}, examples: writeRouteExamples('taught')});
    const time = (_: unknown, at: number) => {
      const startedMs = performance.now();
      classify(`can I ${phrase(at * 13)} when the ${phrase(at)} is late?`);
      return performance.now() - startedMs;
    };
    // each the fastest of three times: others use the machine too
    const rounds = Array.from({length: 3}, () => Array.from({length: 1_000}, time));
    const [first = []] = rounds;
    const times = first.map((_, at) => Math.min(...rounds.map((round) => round[at] ?? 0))).sort((a, b) => a - b);
    expect(times[989]).toBeLessThan(15);
  });
});

describe('a classifier with examples', () => {
  it('sends at most the share of complex questions to the fast model that was asked for, of those it never saw', () => {
    const classify = createClassifier({examples: writeRouteExamples('taught'), maxComplexToFastShare: 0.05});
    const report = createRoutingReport({
      classify,
      labelled: writeRouteExamples('held'),
      maxComplexToFastShare: 0.05,
    });
    expect(report).toMatchObject({count: 48, holds: true});
    expect(report.complexToFastShare).toBeLessThanOrEqual(0.05);
    expect(report.simpleToPowerfulShare).toBeLessThanOrEqual(0.1);
  });

  it('learns what the rules get wrong', () => {
    const examples: RouteExample[] = Array.from({length: 30}, (_, at) => [
      {question: `configure the rack number ${at}`, route: 'powerful' as const, promptClass: 'racks'},
      {question: `open the shop number ${at}`, route: 'fast' as const},
    ]).flat();
    expect(createClassifier()('configure the rack please').route).toBe('fast');
    const classify = createClassifier({examples});
    expect(classify('configure the rack please').route).toBe('powerful');
    expect(classify('open the shop please').route).toBe('fast');
    expect(classify('Configure the rack number 7!').promptClass).toBe('racks');
  });

  it('says the same each time it is made', () => {
    const make = () => createClassifier({examples: writeRouteExamples('taught')})('Is the lamp in stock or not?');
    expect(make()).toEqual(make());
  });
});

describe('a routing report', () => {
  const labelled = [
    {question: 'a', route: 'fast'},
    {question: 'b', route: 'fast'},
    {question: 'c', route: 'powerful'},
    {question: 'd', route: 'powerful'},
    {question: 'e', route: 'powerful'},
    {question: 'f', route: 'powerful'},
  ] as const;
  const complexity: Readonly<Record<string, number>> = {a: 0.1, b: 0.7, c: 0.3, d: 0.6, e: 0.8, f: 0.9};
  const classify = (question: string) => {
    const value = complexity[question] ?? 0;
    return {promptClass: 'x', route: value >= 0.5 ? ('powerful' as const) : ('fast' as const), complexity: value};
  };

  it('counts what was taken for what', () => {
    expect(createRoutingReport({classify, labelled, maxComplexToFastShare: 0.1})).toEqual({
      count: 6,
      confusions: {fast: {fast: 1, powerful: 1}, powerful: {fast: 1, powerful: 3}},
      complexToFastShare: 0.25,
      simpleToPowerfulShare: 0.5,
      fastShare: 2 / 6,
      holds: false,
      powerfulFrom: 0.3,
    });
    expect(createRoutingReport({classify, labelled, maxComplexToFastShare: 0.25})).toMatchObject({
      holds: true,
      powerfulFrom: 0.6,
    });
  });

  it('says no threshold for a classifier without a complexity, and no share of nothing', () => {
    const blunt = () => ({promptClass: 'x', route: 'fast' as const});
    expect(createRoutingReport({classify: blunt, labelled: [], maxComplexToFastShare: 0})).toEqual({
      count: 0,
      confusions: {fast: {fast: 0, powerful: 0}, powerful: {fast: 0, powerful: 0}},
      fastShare: 0,
      holds: true,
    });
    expect(createRoutingReport({classify: blunt, labelled, maxComplexToFastShare: 0})).not.toHaveProperty(
      'powerfulFrom',
    );
  });

  it('sends everything to the fast model where all complex questions may go there', () => {
    expect(chooseThreshold([{wanted: 'powerful', complexity: 0.9}], 1)).toBe(1);
    expect(chooseThreshold([], 0)).toBe(0.5);
  });
});
