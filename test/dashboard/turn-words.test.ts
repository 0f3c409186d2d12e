import {expect, it} from 'vitest';
import {factsOf} from '../../src/dashboard/turn-words.ts';
import type {TurnRecord} from '../../src/latency/index.ts';

const facts = (change: Partial<TurnRecord>) =>
  factsOf({
    id: '1',
    turnAt: 0,
    site: 'shop',
    simulated: false,
    page: {route: '/checkout', device: 'mobile'},
    outcome: 'complete',
    wholeMs: 1,
    milestones: [],
    stages: [],
    record: {id: '1', rev: 1, final: true, age: 1, outcome: 'complete', t: {}, ...change},
  }).map((fact) => fact.replaceAll('\u202f', ' '));

it('says where a turn was asked, and nothing that its record does not have', () => {
  expect(facts({})).toEqual(['site shop, page /checkout, mobile.']);
  expect(facts({class: 'advice', route: 'powerful', w: 4, arms: {hedge: 'off'}})).toEqual([
    'site shop, page /checkout, mobile, class advice, route powerful, arm off of hedge, stands for 4 turns.',
  ]);
});

it.each<[Partial<TurnRecord>, string]>([
  [
    {stream: {verdict: 'buffered', chunks: 1, tokens: 90}},
    'The answer was held back on its way and let go at once: 1 piece, 90 tokens.',
  ],
  [
    {stream: {verdict: 'streamed', gap: 402.7, stalls: 1}},
    'The answer came as it was made: the longest gap 403 ms, 1 stall.',
  ],
  [{hedge: {won: 'hedge', at: 1400}}, 'A second attempt after 1.40 s: it won.'],
  [{prefetch: {r: 'used', lead: 1840}}, 'Looked up ahead, 1.84 s before the question: used.'],
  [
    {fallback: {why: 'deadline-token', kind: 'faq', at: 3000}},
    'A fallback answered after 3.00 s, an answer of the FAQ, as the first word was not there by its deadline.',
  ],
  [{cache: {hit: 'semantic', at: 'server'}}, "From the server's cache: asked before in other words."],
  [{cold: true}, 'The backend started for it first (cold start).'],
  [{waited: 900, left: 'pagehide'}, 'The visitor had waited 900 ms (pagehide).'],
  [{hid: 200, hidden: 4000}, 'The page was hidden for 4.00 s, from 200 ms on.'],
])('says of %j what became of it', (change, words) => {
  expect(facts(change)).toContain(words);
});
