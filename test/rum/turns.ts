import {CHAT_BUDGET, createTurn, readBudget, type TurnRecord} from '../../src/latency/index.ts';

let made = 0;

/** Measures a turn that ended well, with the first word on screen after 301 ms; what a test needs beside it takes its place. */
export function makeTurn(more: Partial<TurnRecord> = {}): TurnRecord {
  const budget = readBudget(CHAT_BUDGET);
  if (typeof budget === 'string') throw new Error(budget);
  made++;
  const turn = createTurn({id: made.toString(16).padStart(32, '0'), n: made, startedMs: 0, budget});
  turn.note({source: 'model'});
  turn.mark('sent', 1);
  turn.mark('token', 290);
  turn.mark('paint', 300.6);
  turn.settle({outcome: 'complete'}, 700.4);
  return {...turn.record(701), ...more};
}
