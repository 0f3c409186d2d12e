import {describe, expect, it} from 'vitest';
import {
  createSpeculation,
  FEWEST_WASTE_COUNT,
  MAX_WASTE_SHARE,
  WASTE_COUNT,
  WASTE_MEMORY_MS,
} from '../../src/server/speculation.ts';

const TTL_MS = 120_000;

function create() {
  let nowMs = 0;
  const counted = createSpeculation({ttlMs: TTL_MS, now: () => nowMs});
  let id = 0;
  return {
    ...counted,
    pass(ms: number) {
      nowMs += ms;
    },
    /** Opens so many contexts of which some are used, in turns. */
    open(count: number, usedShare: number) {
      for (let at = 0; at < count; at++) {
        counted.issue(`c${++id}`);
        if (Math.floor((at + 1) * usedShare) > Math.floor(at * usedShare)) counted.use(`c${id}`);
      }
    },
  };
}

describe('what is looked up ahead', () => {
  it('is wasted once nobody can use it any more, and used once only', () => {
    const {issue, use, pass, report} = create();
    issue('a');
    issue('b');
    use('b');
    use('b');
    expect(report()).toEqual({issued: 2, used: 1, wasted: 0});
    pass(TTL_MS);
    expect(report()).toEqual({issued: 2, used: 1, wasted: 1});
    use('a'); // by then it is looked up anew
    expect(report()).toEqual({issued: 2, used: 1, wasted: 1});
  });

  it('counts what another process opened as one of its own that is used there', () => {
    const {issue, use, report} = create();
    use('theirs');
    expect(report()).toEqual({issued: 0, used: 0, wasted: 0});
    issue('a');
    use('theirs');
    expect(report()).toEqual({issued: 1, used: 1, wasted: 0});
  });

  it.each([
    ['as much as may be', 1 - MAX_WASTE_SHARE, true],
    ['more', 0.38, false],
  ])('is welcome as long as not too much is wasted (%s)', (_, usedShare, isWelcome) => {
    const own = create();
    own.open(WASTE_COUNT, usedShare);
    own.pass(TTL_MS);
    expect(own.isWelcome()).toBe(isWelcome);
  });

  it('is judged by enough of them, by the latest, and by none that are old', () => {
    const own = create();
    own.open(FEWEST_WASTE_COUNT - 1, 0);
    own.pass(TTL_MS);
    expect(own.isWelcome()).toBe(true);
    own.open(1, 0);
    own.pass(TTL_MS);
    expect(own.isWelcome()).toBe(false);
    own.open(WASTE_COUNT, 1);
    expect(own.isWelcome()).toBe(true);
    own.open(WASTE_COUNT, 0);
    own.pass(TTL_MS);
    expect(own.isWelcome()).toBe(false);
    own.pass(WASTE_MEMORY_MS);
    expect(own.isWelcome()).toBe(true);
    expect(own.report()).toEqual({issued: 2100, used: 1000, wasted: 1100});
  });
});
