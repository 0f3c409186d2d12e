import {describe, expect, test} from 'vitest';
import {compilePack, createMatcher, growMatcher, type PlainPack} from '../../src/faq/index.ts';
import {phrasingsOf} from '../../src/faq/pack.ts';
import {createRandom} from '../latency/random.ts';
import {entryOf, SHOP} from './packs.ts';

const compiled: PlainPack = JSON.parse(JSON.stringify(compilePack(SHOP)));
const forms = [
  ['a plain pack', SHOP],
  ['a compiled pack', compiled],
] as const;

describe.each(forms)('a matcher of %s', (_, pack) => {
  const matcher = createMatcher(pack);

  test('is sure of every phrasing that it was given, however it is written', () => {
    for (const entry of SHOP.entries) {
      for (const phrasing of phrasingsOf(entry)) {
        const shouted = `  ${phrasing.toUpperCase()} !!`;
        expect(matcher.match(phrasing)).toEqual({id: entry.id, score: 1, confident: true});
        expect(matcher.match(shouted)).toEqual({id: entry.id, score: 1, confident: true});
      }
    }
  });

  test('finds the entry of a question that it was not given', () => {
    expect(matcher.match('what is the return policy for shoes')?.id).toBe('returns');
    expect(matcher.match('how long will the delivery take')?.id).toBe('shipping');
    expect(matcher.match('can I pay by credit card')?.id).toBe('payment');
  });

  test('finds it with a typing error in a word that decides', () => {
    expect(matcher.match('how long does devlivery take')?.id).toBe('shipping');
    expect(matcher.match('which paymnet methods are there')?.id).toBe('payment');
  });

  test('has no answer to what it was told to leave, nor to what is nearest to that', () => {
    expect(matcher.match('How do I return a library book?')).toBeNull();
    expect(matcher.match('has my refund gone out')).toBeNull();
    expect(matcher.match('has the refund gone out yet')).toBeNull();
  });

  test('is not sure of what nobody asks', () => {
    for (const question of [
      'who won the match last night',
      'tell me a joke about cats',
      'how tall is the eiffel tower',
    ]) {
      expect(matcher.match(question)?.confident ?? false).toBe(false);
    }
  });

  test('gives a score from 0 to 1', () => {
    for (const question of ['return', 'ship it', 'pay size return ship', 'i', 'zzz when']) {
      const score = matcher.match(question)?.score ?? 0;
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(1);
    }
  });

  test('suggests the question that is being written', () => {
    const [first] = matcher.suggest('how long do i have to ret');
    expect(first).toMatchObject({id: 'returns', question: 'How long do I have to return an item?'});
    expect(matcher.suggest('which pay', 1)).toHaveLength(1);
    expect(matcher.suggest('deliv')[0]?.id).toBe('shipping');
    expect(matcher.suggest('deliv', 0)).toEqual([]);
    expect(matcher.suggest('')).toEqual([]);
  });

  test('guesses topics, and their probabilities are shares', () => {
    const guesses = matcher.topics('what size', 10);
    expect(guesses[0]?.topic).toBe('sizes');
    const sum = guesses.reduce((total, {probability}) => total + probability, 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(1 + 1e-9);
  });

  test.each([
    ['nothing', ''],
    ['emoji', '🙂👍🏽🎉'],
    ['half a surrogate', '\ud83d'],
    ['a long letter', 'a'.repeat(10_000)],
    ['many words', 'return ship '.repeat(5_000)],
    ['a ligature that grows', 'ﷺ'.repeat(500)],
    ['Chinese', '我可以退货吗'],
    ['Arabic', 'كيف يمكنني إرجاع الطلب؟'],
    ['names of properties', '__proto__ constructor toString hasOwnProperty'],
    ['markup', '<img src=x onerror=alert(1)> {{7*7}} %00'],
    ['many unknown words', 'wxyzq vbnmk qwrtp lkjhg '.repeat(20)],
  ])('takes %s without harm', (_name, question) => {
    const match = matcher.match(question);
    if (match !== null) expect(match.confident && match.score < 1).toBe(false);
    expect(Array.isArray(matcher.suggest(question))).toBe(true);
    expect(Array.isArray(matcher.topics(question))).toBe(true);
  });
});

describe('what may be shown', () => {
  const DAY_MS = 86_400_000;
  const nowAt = Date.parse('2026-06-01T12:00:00Z');
  const pack: PlainPack = {
    entries: [
      entryOf('sale-old', ['is there a sale', 'what is on sale now', 'any discounts'], {expiresAt: '2026-05-01'}),
      entryOf('sale-new', ['is there a sale', 'do you have discounts today', 'any discounts']),
      entryOf('voucher', ['where do i enter my voucher', 'how do i use a voucher code'], {
        context: {page: ['checkout', 'product']},
      }),
      entryOf('wages', ['how do you treat debt', 'my debt is too high'], {private: true}),
      entryOf('soon', ['do you open on sunday', 'sunday opening hours'], {
        expiresAt: new Date(nowAt + DAY_MS).toISOString(),
      }),
      entryOf('odd', ['what is odd here'], {expiresAt: 'never'}),
    ],
  };
  const matcher = createMatcher(pack);

  test('is no entry that has expired, and one that asks the same takes its place', () => {
    expect(matcher.match('what is on sale now', {nowAt})).toBeNull();
    expect(matcher.match('Is there a sale?', {nowAt})?.id).toBe('sale-new');
    expect(matcher.match('do you open on sunday', {nowAt})?.id).toBe('soon');
    expect(matcher.match('do you open on sunday', {nowAt: nowAt + 2 * DAY_MS})).toBeNull();
    expect(matcher.suggest('do you open on', 5, {nowAt: nowAt + 2 * DAY_MS}).map(({id}) => id)).not.toContain('soon');
  });

  test('is no entry with a date that cannot be read', () => {
    expect(matcher.match('what is odd here', {nowAt})).toBeNull();
  });

  test('is an entry of this context only', () => {
    const question = 'where do i enter my voucher';
    expect(matcher.match(question, {nowAt})).toBeNull();
    expect(matcher.match(question, {nowAt, context: {page: 'start'}})).toBeNull();
    expect(matcher.match(question, {nowAt, context: {page: 'checkout'}})?.id).toBe('voucher');
    expect(matcher.suggest(question, 5, {nowAt}).map(({id}) => id)).not.toContain('voucher');
  });

  test('is no topic of a private entry, while its answer is', () => {
    expect(matcher.match('my debt is too high', {nowAt})?.id).toBe('wages');
    expect(matcher.topics('my debt', 9, {nowAt}).map(({topic}) => topic)).not.toContain('wages');
    const topics = {returns: {private: true}};
    expect(
      createMatcher({...SHOP, topics})
        .topics('what is your return', 9)
        .map(({topic}) => topic),
    ).not.toContain('returns');
  });

  test('is nothing that is also said to have no answer here', () => {
    const matcher = createMatcher({entries: SHOP.entries, negatives: ['when do you ship?']});
    expect(matcher.match('When do you ship')).toBeNull();
  });
});

describe('an entry with one phrasing', () => {
  const [first, ...others] = SHOP.entries;
  const matcher = createMatcher({entries: [entryOf('returns', [first?.question ?? '']), ...others]});

  test('answers that one, and is no more than suggested for others', () => {
    expect(matcher.match('how long do i have to return an item')?.confident).toBe(true);
    const match = matcher.match('how long do i have to return an item please');
    expect(match?.id).toBe('returns');
    expect(match?.score).toBeGreaterThan(0.5);
    expect(match?.confident).toBe(false);
    expect(matcher.suggest('how long do i have to')[0]?.id).toBe('returns');
  });
});

describe('a pack', () => {
  test('may be in any language', () => {
    const matcher = createMatcher({
      language: 'de',
      entries: [
        entryOf('rueckgabe', [
          'Wie kann ich etwas zurückgeben?',
          'wie lange habe ich rückgaberecht',
          'rücksendung anmelden',
        ]),
        entryOf('versand', ['Wann kommt mein Paket?', 'wie lange dauert der versand', 'was kostet die lieferung']),
        entryOf('envio', ['¿Cuánto tarda el envío?', 'cuándo llega mi pedido', 'plazo de entrega']),
        entryOf('paiement', ['Comment puis-je payer ?', 'quels moyens de paiement acceptez-vous']),
        entryOf('irjaa', ['كيف يمكنني إرجاع الطلب؟', 'سياسة الإرجاع', 'أريد إرجاع المنتج']),
        entryOf('fukin', ['支払い方法は何ですか', 'クレジットカードは使えますか']),
      ],
    });
    expect(matcher.match('wie gebe ich etwas zurueck')?.id).toBe('rueckgabe');
    expect(matcher.match('wie lange dauert die lieferung')?.id).toBe('versand');
    expect(matcher.match('cuanto tarda mi pedido')?.id).toBe('envio');
    expect(matcher.match('quels moyens acceptez vous')?.id).toBe('paiement');
    expect(matcher.match('كيف أريد إرجاع منتج')?.id).toBe('irjaa');
    expect(matcher.match('クレジットカードの支払い')?.id).toBe('fukin');
  });

  test.each([
    ['no entries', {entries: []}],
    ['one entry without words', {entries: [entryOf('a', ['?'])]}],
    ['one entry', {entries: [entryOf('a', ['what is this'])]}],
    ['entries that ask the same', {entries: [entryOf('a', ['what is this']), entryOf('b', ['what is this'])]}],
    ['negatives only', {entries: [], negatives: ['what is this']}],
  ])('may have %s', (_, pack: PlainPack) => {
    for (const form of [pack, compilePack(pack)]) {
      const matcher = createMatcher(form);
      expect(() => [matcher.match('what is that'), matcher.suggest('what'), matcher.topics('wh')]).not.toThrow();
    }
  });

  test('gets the same answers each time, and whatever was asked before', () => {
    const random = createRandom(3);
    const words = SHOP.entries.flatMap((entry) => phrasingsOf(entry).join(' ').toLowerCase().split(' '));
    const questions = Array.from({length: 200}, () =>
      Array.from({length: 1 + Math.floor(random() * 7)}, () => words[Math.floor(random() * words.length)]).join(' '),
    );
    const ask = (matcher: ReturnType<typeof createMatcher>) => (question: string) => [
      matcher.match(question),
      matcher.suggest(question),
      matcher.topics(question),
    ];
    const first = questions.map(ask(createMatcher(SHOP)));
    const again = createMatcher(SHOP);
    expect(questions.toReversed().map(ask(again)).toReversed()).toEqual(first);
    expect(questions.map(ask(createMatcher(compiled)))).toEqual(first);
  });
});

describe('a matcher that grows', () => {
  test('suggests and knows phrasings before it has learned, and matches others after', () => {
    const {matcher, step} = growMatcher(SHOP);
    expect(matcher.match('when do you ship')).toBeNull();
    expect(matcher.suggest('when do you')).toEqual([]);
    let stepCount = 0;
    while (matcher.suggest('when do you sh').length === 0 && step()) stepCount++;
    expect(matcher.suggest('when do you sh')[0]?.id).toBe('shipping');
    expect(matcher.match('when do you ship')?.confident).toBe(true);
    expect(matcher.match('can I pay by credit card')).toBeNull();
    const earlyCount = stepCount;
    while (step()) stepCount++;
    expect(stepCount).toBeGreaterThan(2 * earlyCount);
    expect(step()).toBe(false);
    expect(matcher.match('can I pay by credit card')).toEqual(createMatcher(SHOP).match('can I pay by credit card'));
  });

  test('is the same whether or not it was asked on the way', () => {
    const {matcher, step} = growMatcher(SHOP);
    while (step()) matcher.suggest('when do you');
    const whole = createMatcher(SHOP);
    for (const question of ['shoes back', 'paying with paypal', 'between sizes']) {
      expect(matcher.match(question)).toEqual(whole.match(question));
    }
  });
});
