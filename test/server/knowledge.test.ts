import {describe, expect, it} from 'vitest';
import {createKnowledge} from '../../src/server/index.ts';
import {SHOP} from './shop-knowledge.ts';

const {retrieve} = createKnowledge(SHOP);
const found = async (question: string) => (await retrieve(question)).map(({id}) => id);

describe('knowledge', () => {
  it.each([
    ['How long does shipping take?', 'shipping'],
    ['Do you ship to Switzerland?', 'abroad'],
    ['Can I send something back?', 'returns'],
    ['When do I get my refund?', 'returns'],
    ['Where is my order #48213?', 'order-status'],
    ['hi, where is my parcel?', 'order-status'],
    ['I want to cancel my order', 'cancel'],
    ['Can I pay with PayPal?', 'payment'],
    ['Which size should I take, I am between sizes', 'sizes'],
    ['The zipper of my bag is broken', 'warranty'],
    ['I have a coupon, where do I enter it?', 'discount'],
    ['can i call you', 'contact'],
    ['What does express delivery cost?', 'shipping'],
  ])('answers "%s" first from %s', async (question, id) => {
    expect((await found(question))[0]).toBe(id);
  });

  it.each(['Hello!', 'Thanks a lot', 'What is the capital of France?', 'Do you sell bicycles?', '', '12345', '???'])(
    'has nothing for "%s"',
    async (question) => {
      expect(await found(question)).toEqual([]);
    },
  );

  it('gives what a prompt and a source need, at most three, and copies', async () => {
    const [first, ...rest] = await retrieve('Do you deliver abroad, and what does delivery cost?');
    expect(first).toMatchObject({title: expect.any(String), text: expect.any(String), topic: 'shipping'});
    expect(rest.length).toBeLessThan(3);
    expect(SHOP).not.toContain(first);
  });

  it('gives the entries of topics while there is no question', async () => {
    expect((await retrieve(null, {topics: ['shipping', 'contact']})).map(({id}) => id)).toEqual([
      'shipping',
      'abroad',
      'contact',
    ]);
    expect(await retrieve(null)).toEqual([]);
  });

  it('does nothing once aborted', async () => {
    await expect(retrieve('shipping', {signal: AbortSignal.abort()})).rejects.toThrow(/abort/i);
  });

  it('is empty without entries', async () => {
    expect(await createKnowledge([]).retrieve('shipping')).toEqual([]);
  });
});
