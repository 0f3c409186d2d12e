import {readFileSync} from 'node:fs';
import {describe, expect, it} from 'vitest';
import {createKnowledge, type KnowledgeEntry} from '../../src/server/index.ts';
import {MAX_TOPIC_COUNT, narrow} from '../../src/server/knowledge.ts';
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

  it('gives of many topics as much as of each other, and not more than it can narrow', async () => {
    const many = ['a', 'b', 'c'].flatMap((topic) =>
      Array.from({length: topic === 'a' ? 40 : 4}, (_, at) => ({id: `${topic}${at}`, topic, title: topic, text: 'x'})),
    );
    const given = await createKnowledge(many).retrieve(null, {topics: ['a', 'b', 'c', 'a']});
    expect(given.length).toBe(MAX_TOPIC_COUNT);
    expect(given.slice(0, 6).map(({id}) => id)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'c1']);
    expect(given.filter(({id}) => !id.startsWith('a')).length).toBe(8);
  });

  it('gives the entries of topics while there is no question', async () => {
    expect((await retrieve(null, {topics: ['shipping', 'contact']})).map(({id}) => id)).toEqual([
      'shipping',
      'contact',
      'abroad',
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

describe('passages of topics', () => {
  const demo = JSON.parse(readFileSync('demo/site/knowledge.json', 'utf8')) as KnowledgeEntry[]; // the shop's own file
  const {retrieve: search} = createKnowledge(demo);

  it('are narrowed to what the question itself finds among them', async () => {
    const questions = demo.map(({title}) => `${title}?`);
    let narrowedCount = 0;
    for (const question of questions) {
      const [best] = await search(question);
      if (!best?.topic) continue;
      const ofTopic = await search(null, {topics: [best.topic, 'delivery', 'payment']});
      const narrowed = narrow(ofTopic, question);
      expect(narrowed[0]?.id, question).toBe(best.id);
      expect(narrowed.length).toBeLessThanOrEqual(3);
      narrowedCount++;
    }
    expect(narrowedCount).toBe(demo.length);
  });

  it('stay where they are few, or the question says nothing of them', async () => {
    const ofTopic = await search(null, {topics: ['delivery']});
    expect(narrow(ofTopic, 'xyzzy')).toBe(ofTopic);
    expect(narrow(ofTopic.slice(0, 3), 'in the evening')).toHaveLength(3);
  });

  it('may have neither title nor topic', () => {
    const passages = ['cats', 'dogs', 'birds', 'fish'].map((text) => ({id: text, text}));
    expect(narrow(passages, 'do you have birds').map(({id}) => id)).toEqual(['birds']);
  });
});
