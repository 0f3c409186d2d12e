import {setTimeout as wait} from 'node:timers/promises';
import {jsonSchema, tool} from 'ai';
import type {CompiledPack, PlainPack} from 'firstword/faq';
import {
  type AnswerOptions,
  type AnswerTool,
  createSimulatedModel,
  type KnowledgeEntry,
  openaiCompatible,
  type RouteExample,
} from 'firstword/server';

/** The cookie of the one customer whom the demo shop knows. */
export const SIGNED_IN = 'customer=ann';

/** Medians of the simulated models' waits in ms: those of a small hosted model and of a large one. */
const FAST = {modelId: 'simulated-fast', firstTokenMs: 200, perTokenMs: 2.5};
const POWERFUL = {modelId: 'simulated-powerful', firstTokenMs: 700, perTokenMs: 15};

/** What the shop's simulated services take, in ms. */
const LOOKUP_MS = {customer: 40, order: 300, stock: 180};

/** What the simulated stock service counts, by the beginning of an article's name. */
const STOCK: Readonly<Record<string, number>> = {stilla: 14, lin: 3, kulle: 0};

/** Questions that the rules on a question's form would not class rightly. */
const EXAMPLES: readonly RouteExample[] = [
  {question: 'Where is my order?', route: 'fast', promptClass: 'order-status'},
  {question: 'When will my parcel come?', route: 'fast', promptClass: 'order-status'},
  {question: 'Which mattress suits two people of very different weight?', route: 'powerful', promptClass: 'advice'},
  {question: 'Which of your mattresses is best for a bad back?', route: 'powerful', promptClass: 'advice'},
];

/** Words of questions whose answer is a visitor's own, or soon another one. */
const OF_THE_MOMENT = /\b(my|mine|our|ours|in stock|available)\b/i;

/** The models of the demo: the endpoint of the environment, or a fast and a powerful one that are simulated. */
export function createShopModels(options: {entries: readonly KnowledgeEntry[]; seed: number}): {
  model: AnswerOptions['model'];
  name: string;
} {
  if (process.env['OPENAI_BASE_URL']) return {model: openaiCompatible(), name: `${process.env['OPENAI_MODEL']}`};
  const {entries: knowledge, seed} = options;
  const make = (speed: typeof FAST) => createSimulatedModel({knowledge, seed, call, ...speed});
  return {
    model: {fast: make(FAST), powerful: make(POWERFUL)},
    name: 'two simulated models, a fast and a powerful one',
  };
}

/**
 * Makes what the demo's chat has beside a model and the shop's knowledge: classes of questions, kept answers on the topics of
 * the FAQ, two tools, and what the shop knows of a customer. Tools and customer are simulated, and say so.
 */
export function createShop(
  pack: PlainPack | CompiledPack,
): Pick<AnswerOptions, 'faq' | 'routing' | 'cache' | 'tools' | 'context'> {
  const topics = new Set(pack.entries.flatMap(({topic}) => topic ?? []));
  return {
    faq: pack,
    routing: {examples: EXAMPLES},
    cache: {
      isPublic: ({promptClass, question}) => topics.has(promptClass) && !OF_THE_MOMENT.test(question),
      version: pack.version ?? '',
    },
    tools: {order_status: orderStatus, stock},
    async context({headers}) {
      if (!headers.get('cookie')?.split('; ').includes(SIGNED_IN)) return undefined;
      await wait(LOOKUP_MS.customer);
      return CUSTOMER;
    },
  };
}

const CUSTOMER = {name: 'Ann', order: {number: 'S-2041', state: 'left Malmö this morning'}, simulated: true};

const orderStatus: AnswerTool = {
  ...tool({
    description: 'Says where the order of the signed-in customer is. Simulated.',
    inputSchema: jsonSchema<Record<string, never>>({type: 'object', properties: {}, additionalProperties: false}),
    async execute(_, {context, abortSignal}: {context?: unknown; abortSignal?: AbortSignal}) {
      await wait(LOOKUP_MS.order, undefined, {signal: abortSignal});
      if (!context) return 'Sign in, and I can look it up. The link in your confirmation mail follows it too.';
      const {number, state} = (context as typeof CUSTOMER).order; // what `context` above gives, or nothing
      return `Your order ${number} ${state}. (There is no such order: this shop is a demo.)`;
    },
  }),
  timeoutMs: 2_000,
  budgetMs: 800,
};

const stock: AnswerTool = {
  ...tool({
    description: 'Says how many pieces of an article are in stock. Simulated.',
    inputSchema: jsonSchema<{article: string}>({
      type: 'object',
      properties: {article: {type: 'string', description: 'Name of the article: Stilla, Lin or Kulle'}},
      required: ['article'],
    }),
    async execute({article}: {article: string}, {abortSignal}: {abortSignal?: AbortSignal}) {
      await wait(LOOKUP_MS.stock, undefined, {signal: abortSignal});
      const count = STOCK[article.toLowerCase().split(' ')[0] ?? ''];
      if (count === undefined) return 'The stock service does not know that article.';
      return `${article}: ${count === 0 ? 'none' : count} in stock. (Simulated: this shop is a demo.)`;
    },
  }),
  timeoutMs: 2_000,
  budgetMs: 800,
};

/** Which tool the simulated models call for a question. */
function call(question: string): {tool: string; input: object} | undefined {
  if (/\b(where|when|status)\b.*\bmy (order|parcel)\b/i.test(question)) return {tool: 'order_status', input: {}};
  const [, article] = /\b(stilla|lin|kulle)\b.*\b(in stock|available)\b/i.exec(question) ?? [];
  return article === undefined ? undefined : {tool: 'stock', input: {article}};
}
