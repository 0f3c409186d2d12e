import type {KnowledgeEntry} from '../server/index.ts';

/** What the simulated model of `firstword serve` knows: a few sentences about where its listener is. */
export const ABOUT: readonly KnowledgeEntry[] = [
  {
    id: 'what',
    topic: 'what-this-is',
    title: 'What this is',
    text: 'This is Firstword, a chat widget that starts every answer at once. You are talking to it through your own server. Nothing that you write leaves this machine until you configure a model.',
  },
  {
    id: 'model',
    topic: 'models',
    title: 'Who answers',
    text: 'These words come from a simulated model: no AI is asked and no key is needed. To use a real AI model, set OPENAI_BASE_URL, OPENAI_API_KEY and OPENAI_MODEL and start the server again. Any OpenAI-compatible endpoint will do, also a local one.',
  },
  {
    id: 'embed',
    topic: 'embedding',
    title: 'On your own page',
    text: 'To put the chat on your own page or website, paste the one line that the server printed when it started. When that page has another origin, start with firstword serve --origin and that origin.',
  },
  {
    id: 'speed',
    topic: 'speed',
    title: 'How fast it was',
    text: 'The dashboard shows how long visitors waited for the first word, from P50 to P99.9, and which stage took the time. This answer was measured too. Its latency appears there once it is complete and the page has been idle.',
  },
  {
    id: 'budget',
    topic: 'budgets',
    title: 'Latency budgets',
    text: 'Write your latency budget into firstword.budget.json, for example {"first-token": "800ms", "complete": "4s"}. The server reads the file when it starts and hands the budget to the widget.',
  },
];
