import {describe, expect, it} from 'vitest';
import {ask} from './ask.ts';
import {readAnswer} from './events.ts';
import {openShop} from './shop.ts';

const TRACE_ID = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

/** Asks, and gives the turn's span and what retrieval was told. */
async function trace(asked: Parameters<typeof ask>[1]) {
  const told: (string | undefined)[] = [];
  const shop = openShop(['a'], {
    retrieve: (_, {traceparent}) => {
      told.push(traceparent);
      return [];
    },
  });
  await readAnswer(await shop.handler(ask('?', asked)));
  await shop.ended();
  return {span: shop.spans[0], told};
}

describe("a page's trace", () => {
  it.each([
    ['in the body', {fw: {traceparent: `00-${TRACE_ID}-${PARENT}-01`}}],
    ['as a header', {headers: {traceparent: `00-${TRACE_ID}-${PARENT}-01`}}],
    ['of a later version', {headers: {traceparent: `01-${TRACE_ID}-${PARENT}-01-more`}}],
  ])('%s goes on in the span and in retrieval, with a span of its own', async (_, asked) => {
    const {span, told} = await trace(asked);
    expect(span).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: PARENT,
      spanId: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(span?.spanId).not.toBe(PARENT);
    expect(told).toEqual([`00-${TRACE_ID}-${span?.spanId}-01`]);
  });

  it.each([
    '',
    'planted',
    `ff-${TRACE_ID}-${PARENT}-01`,
    `00-${TRACE_ID}-${PARENT}-01-more`,
    `00-${'0'.repeat(32)}-${PARENT}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID.toUpperCase()}-${PARENT}-01`,
    17,
  ])('is none when it says %s', async (traceparent) => {
    const {span, told} = await trace({fw: {traceparent}});
    expect(span).not.toHaveProperty('traceId');
    expect(told).toEqual([undefined]);
  });
});
