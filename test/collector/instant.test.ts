import {describe, expect, it} from 'vitest';
import type {CacheRecord, TurnRecord} from '../../src/latency/index.ts';
import type {InstantSummary, Proportion} from '../../src/protocol/index.ts';
import {beaconOf, openCollector, postOf, summaryOf, turnOf} from './fixtures.ts';

const NOW_AT = 1_800_000_000_000;
const PAGE = '00000000000000a1';
const OTHER_PAGE = '00000000000000b2';

/** Opens a collector whose clock a test moves, and posts turns as those of one page. */
async function open() {
  let nowAt = NOW_AT;
  const {collector} = await openCollector({clock: () => nowAt});
  return {
    async send(turns: readonly TurnRecord[], page: {id: string; route?: string} = {id: PAGE}) {
      const response = await collector.handle(postOf(beaconOf(turns, {page})));
      expect(await response.json()).toEqual({accepted: turns.length, refused: 0});
    },
    wait(ms: number) {
      nowAt += ms;
    },
    instant: async (query?: string) => (await summaryOf(collector, query)).instant,
  };
}

let lastNumber = 0;

/** Makes the page's nth turn, for which the FAQ was asked and had what `hit` says. */
function asked(n: number, hit: CacheRecord['hit'], change: Partial<TurnRecord> = {}): TurnRecord {
  lastNumber += 1;
  const source = hit === 'learned' ? 'cache' : hit === 'exact' || hit === 'semantic' ? 'faq' : 'model';
  return turnOf(lastNumber, {n, source, cache: {hit, at: 'browser', ms: 2}, ...change});
}

const sharesOf = (instant: InstantSummary | undefined) => {
  const read = (share: Proportion | undefined) => (share?.state === 'known' ? share.share : share?.state);
  const {count, exact, answerable, matched, right, precision} = instant ?? {};
  return {
    count,
    exact: read(exact),
    answerable: read(answerable),
    matched: read(matched),
    right: read(right),
    precision: read(precision),
  };
};

describe('the shares of the FAQ in the page', () => {
  it('are told apart, of the turns for which it was asked', async () => {
    const {send, instant} = await open();
    await send([
      asked(1, 'exact'),
      asked(2, 'semantic', {fb: 'wrong'}),
      asked(3, 'none', {again: 'rejected'}),
      asked(4, 'none'),
      asked(5, 'exact', {again: 'rephrase'}),
      asked(6, 'learned'),
      asked(7, 'none'),
      asked(8, 'stale'),
    ]);
    // 1, 2, 5 and 6 matched; of them nobody objected to 1, 5 and 6; 4 was in the pack too, as 5 shows
    expect(sharesOf(await instant())).toEqual({
      count: 8,
      exact: 2 / 8,
      answerable: 4 / 8,
      matched: 4 / 8,
      right: 3 / 8,
      precision: 3 / 4,
    });
  });

  it('are absent where it was asked for no turn', async () => {
    const {send, instant} = await open();
    await send([
      turnOf(900, {n: 1}),
      turnOf(901, {n: 2, source: 'cache', cache: {hit: 'semantic', at: 'server'}}),
      turnOf(902, {n: 3, source: 'cache', cache: {hit: 'exact', at: 'edge'}}),
      turnOf(903, {n: 4, source: 'faq', cache: {hit: 'exact'}}),
    ]);
    expect(await instant()).toBeUndefined();
  });

  it('have no precision while nothing matched', async () => {
    const {send, instant} = await open();
    await send([asked(1, 'none')]);
    expect(await instant()).toMatchObject({count: 1, matched: {share: 0}, precision: {state: 'none'}});
  });

  it('are of weighted turns, with the interval that their effective number carries', async () => {
    const {send, instant} = await open();
    await send([
      asked(1, 'exact', {w: 4}),
      ...[2, 3, 4].map((n) => asked(n, 'none')),
      asked(5, 'semantic', {fb: 'wrong'}),
    ]);
    const found = await instant();
    // by weight 4 of 8, as 64 / 20 = 3.2 equal turns; of the matched 4 of 5, as 25 / 17 = 1.5
    expect(sharesOf(found)).toEqual({
      count: 5,
      exact: 0.5,
      answerable: 0.5,
      matched: 5 / 8,
      right: 0.5,
      precision: 4 / 5,
    });
    expect(found?.right).toMatchObject({
      count: 3,
      lowShare: expect.closeTo(0.1307, 3),
      highShare: expect.closeTo(0.8693, 3),
    });
    expect(found?.precision).toMatchObject({count: 1});
  });

  it('are of turns that ended, those that nobody ended for 30 minutes included', async () => {
    const {send, wait, instant} = await open();
    const snapshot = {final: false, outcome: 'open', waited: 900, t: {sent: 2}} as const;
    await send([asked(1, 'exact'), asked(2, 'none', snapshot)]);
    expect(await instant()).toMatchObject({count: 1, exact: {share: 1}});
    wait(30 * 60_000);
    expect(await instant()).toMatchObject({count: 2, exact: {share: 0.5}});
  });
});

describe('an objection', () => {
  it('comes as a later record of the turn, which counts once', async () => {
    const {send, instant} = await open();
    const answered = asked(1, 'semantic');
    await send([answered]);
    expect(sharesOf(await instant())).toMatchObject({count: 1, right: 1, precision: 1});
    await send([{...answered, rev: 2, fb: 'wrong'}]);
    await send([answered]);
    expect(sharesOf(await instant())).toEqual({
      count: 1,
      exact: 0,
      answerable: 0,
      matched: 1,
      right: 0,
      precision: 0,
    });
  });

  it('is no other verdict', async () => {
    const {send, instant} = await open();
    await send([asked(1, 'exact', {fb: 'down'}), asked(2, 'exact', {fb: 'up'})]);
    expect(sharesOf(await instant())).toMatchObject({right: 1});
  });

  it('is the next turn of the page that rejects the answer, whether that has ended or not', async () => {
    const {send, instant} = await open();
    const still = {final: false, outcome: 'open', waited: 900, t: {sent: 2}} as const;
    await send([asked(1, 'exact'), asked(2, 'semantic'), turnOf(910, {n: 3, again: 'rejected', ...still})]);
    expect(sharesOf(await instant())).toMatchObject({count: 2, matched: 1, right: 0.5, answerable: 0.5});
  });

  it('is no later turn, none of another page, and none that repeats for another reason', async () => {
    const {send, instant} = await open();
    await send([asked(1, 'exact'), turnOf(920, {n: 2, again: 'edit'}), turnOf(921, {n: 3, again: 'rejected'})]);
    await send([asked(1, 'exact'), asked(4, 'exact')], {id: OTHER_PAGE});
    await send([turnOf(922, {n: 2, again: 'rejected'})], {id: '00000000000000c3'});
    const {n: _, ...unnumbered} = asked(1, 'exact');
    await send([unnumbered], {id: '00000000000000d4'});
    expect(sharesOf(await instant())).toMatchObject({count: 4, right: 1});
  });
});

describe('a question that was offered and chosen', () => {
  const followedBy = async (change: Partial<TurnRecord>, more: readonly TurnRecord[] = [], page = PAGE) => {
    const {send, instant} = await open();
    await send([asked(1, 'none')]);
    await send([asked(2, 'exact', {again: 'rephrase', ...change}), ...more], {id: page});
    return sharesOf(await instant());
  };

  it('shows that the pack had what was asked before', async () => {
    expect(await followedBy({})).toMatchObject({count: 2, answerable: 1, matched: 0.5, right: 0.5});
  });

  it('shows nothing where not the FAQ answered it, the visitor objected, or it has not ended', async () => {
    const none = {count: 2, answerable: 0};
    const learned = await followedBy({source: 'cache', cache: {hit: 'learned', at: 'browser'}});
    expect(learned).toMatchObject({count: 2, answerable: 0.5, right: 0.5});
    const server = await followedBy({source: 'faq', cache: {hit: 'exact', at: 'server'}});
    expect(server).toMatchObject({count: 1, answerable: 0});
    expect(await followedBy({source: 'faq', cache: {hit: 'stale', at: 'browser'}})).toMatchObject({
      ...none,
      matched: 0,
    });
    expect(await followedBy({source: 'model', cache: {hit: 'none', at: 'browser'}})).toMatchObject(none);
    expect(await followedBy({fb: 'wrong'})).toMatchObject({...none, matched: 0.5});
    expect(await followedBy({}, [turnOf(930, {n: 3, again: 'rejected'})])).toMatchObject({...none, matched: 0.5});
    expect(await followedBy({final: false, outcome: 'open', waited: 9, t: {sent: 2}})).toMatchObject({
      count: 1,
      answerable: 0,
    });
  });

  it('shows nothing of other turns than the one before on its page', async () => {
    expect(await followedBy({n: 3})).toMatchObject({count: 2, answerable: 0.5});
    expect(await followedBy({}, [], OTHER_PAGE)).toMatchObject({count: 2, answerable: 0.5});
    expect(await followedBy({again: 'edit'})).toMatchObject({count: 2, answerable: 0.5});
  });

  it('makes no answer right that was wrong', async () => {
    const {send, instant} = await open();
    await send([asked(1, 'semantic', {fb: 'wrong'}), asked(2, 'exact', {again: 'rephrase'})]);
    expect(sharesOf(await instant())).toMatchObject({count: 2, answerable: 0.5, right: 0.5});
  });

  it('is found where the view is narrowed to the turn before', async () => {
    const {send, instant} = await open();
    await send([asked(1, 'none'), asked(3, 'exact')], {id: PAGE, route: '/cart'});
    await send([asked(2, 'exact', {again: 'rephrase'}), turnOf(940, {n: 4, again: 'rejected'})], {
      id: PAGE,
      route: '/pay',
    });
    expect(sharesOf(await instant('since=24h&route=/cart'))).toMatchObject({
      count: 2,
      answerable: 0.5,
      matched: 0.5,
      right: 0,
    });
    expect(sharesOf(await instant('since=24h&route=/pay'))).toMatchObject({count: 1, right: 1});
    expect(await instant('since=24h&route=/home')).toBeUndefined();
  });
});
