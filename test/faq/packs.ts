import type {FaqEntry, PlainPack} from '../../src/faq/index.ts';

/** Makes an entry from its phrasings. */
export const entryOf = (id: string, phrasings: readonly string[], more: Partial<FaqEntry> = {}): FaqEntry => ({
  id,
  question: phrasings[0] ?? '',
  variants: phrasings.slice(1),
  answer: `Answer to **${id}**`,
  topic: id,
  ...more,
});

/** What a small shop is asked. */
export const SHOP: PlainPack = {
  version: '1',
  language: 'en',
  entries: [
    entryOf('returns', [
      'How long do I have to return an item?',
      'what is your return policy',
      'can i send it back',
      'how do i return my order',
      'is it possible to return something i bought',
      'i want to give the shoes back',
    ]),
    entryOf('shipping', [
      'When do you ship?',
      'how long does delivery take',
      'when will my parcel arrive',
      'how fast is shipping',
      'what is the delivery time',
      'do you deliver by tomorrow',
    ]),
    entryOf('payment', [
      'How can I pay?',
      'do you take credit cards',
      'which payment methods are there',
      'can i pay with paypal',
      'is paying by invoice possible',
      'what cards do you accept',
    ]),
    entryOf('sizes', [
      'Which size do I need?',
      'how do your shoes fit',
      'is there a size chart',
      'do the boots run small',
      'what size should i order',
      'i am between two sizes',
    ]),
  ],
  negatives: [
    'how do i return a library book',
    {question: 'where is my refund', variants: ['has my refund gone out', 'when do i get my money back']},
  ],
};
