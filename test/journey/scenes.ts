import type {Borrowed, OpenOptions, Page} from './drive/index.ts';
import {answerIs, panelReady, type Stage, type StageOptions, startStage, UNHURRIED} from './stage.ts';

/** One look of the widget: the page it stands on, and what brought it about. */
export interface Scene {
  name: string;
  /** Default 520 by 720, on which the panel has its own size. */
  options?: OpenOptions;
  /** Attributes of the page's root element; default `lang="en"`. */
  html?: string;
  /** Attributes of the script tag beside its endpoint. */
  tag?: string;
  play?: (page: Page) => Promise<unknown>;
}

const DESK = {width: 520, height: 720};
const PHONE = {width: 390, height: 844};

const part = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const START = part({type: 'start'}) + part({type: 'text-start', id: 't'});
const say = (delta: string) => part({type: 'text-delta', id: 't', delta});
const source = (sourceId: string, title: string) =>
  part({type: 'source-url', sourceId, url: `/help#${sourceId}`, title});
const END = part({type: 'text-end', id: 't'}) + part({type: 'finish', finishReason: 'stop'});

const PLAIN = 'You can try it for **30 nights**. If it is not for you, we collect it and pay you back.';
const RICH = `Two ways to pay:

| way | when | fee |
|---|---|---|
| card | at once | none |
| invoice | within 14 days | 2.50 € |

### With a code

1. Put things in the basket
2. Enter this on the last page:

\`\`\`
SPRING-2026
\`\`\`

Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenverordnung is [one word](/help).`;

/** What is answered to a question; without an end the answer stays as it is. */
const ANSWERS: Readonly<Record<string, string>> = {
  'Where is it?': START + part({type: 'data-fw-stage', data: {stage: 'retrieval', state: 'start'}, transient: true}),
  'How long?': START + say(PLAIN.slice(0, 60)),
  'How long can I try a mattress?': START + source('trial', 'Trial') + source('returns', 'Returns') + say(PLAIN) + END,
  'How can I pay?': START + say(RICH) + END,
  'كم ليلة يمكنني التجربة؟': START + say('يمكنك التجربة لمدة **30 ليلة**، ثم نستردها مجانًا.') + END,
};

/** Answers questions as they stand above, without waiting; what is not known there is refused. */
export const answerScenes: NonNullable<StageOptions['intercept']> = async (request) => {
  const {pathname, searchParams} = new URL(request.url);
  if (pathname === '/scene') {
    const body = '<h1>Checkout</h1><p>Mattress Stilla, 140 cm</p><p><button>Pay</button></p><div id="here"></div>';
    const html = `<!doctype html><html ${searchParams.get('html')}><head><title>Scene</title><meta name="viewport" content="width=device-width"><style>:root{color-scheme:light dark;font-family:sans-serif;scrollbar-width:none}body>:not(#here){height:40px;margin:0 0 8px}</style></head><body>${body}<script async src="/firstword.js" data-endpoint="/chat" data-support-email="help@shop.example" ${UNHURRIED} ${searchParams.get('tag')}></script></body></html>`;
    return new Response(html, {headers: {'content-type': 'text/html; charset=utf-8'}});
  }
  if (pathname !== '/chat' || request.method !== 'POST') return undefined;
  const text = await request.clone().text();
  const [, answer] = Object.entries(ANSWERS).findLast(([question]) => text.includes(JSON.stringify(question))) ?? [];
  if (answer === undefined) return new Response('no', {status: 404});
  const {readable, writable} = new TransformStream<Uint8Array>();
  const writer = writable.getWriter();
  const written = writer.write(new TextEncoder().encode(answer));
  if (answer.endsWith(END))
    written.then(() => writer.close()).catch(() => undefined); // the page may have gone
  else request.signal.addEventListener('abort', () => void writer.close().catch(() => undefined));
  return new Response(readable, {headers: {'content-type': 'text/event-stream', 'x-firstword': '1'}});
};

/** Starts the stage that scenes play on. */
export const startScenes = (): Promise<Stage> => startStage({intercept: answerScenes});

type Api = Record<'open' | 'close', () => void> & {send(text: string): void};

const call = (page: Page, name: 'open' | 'close') =>
  page.run((wanted) => (window as unknown as {Firstword: Api}).Firstword[wanted](), name);
const shown = (page: Page, selector: string) =>
  page.waitFor((css) => Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector(css)), selector);
const click = (page: Page, selector: string) => page.click(`firstword-chat >>> ${selector}`);

async function asked(page: Page, question: string, state = 'complete'): Promise<void> {
  await shown(page, '[part~=launcher], [part~=panel]');
  await page.run((text) => (window as unknown as {Firstword: Api}).Firstword.send(text), question);
  await answerIs(page, state);
  await shown(page, '.menu');
}

const MATTRESS = 'How long can I try a mattress?';
const answered = (page: Page) => asked(page, MATTRESS);
const GREETING = 'data-suggestions="How long can I try a mattress?|How can I pay?|When do you ship?"';

/** Every look that is looked at. */
export const SCENES: readonly Scene[] = [
  {name: 'closed'},
  {name: 'greeting', tag: GREETING, play: (page) => call(page, 'open')},
  {
    name: 'waiting',
    async play(page) {
      await asked(page, 'Where is it?', 'waiting');
      await shown(page, '.doing');
    },
  },
  {
    name: 'streaming',
    async play(page) {
      await asked(page, 'How long?', 'streaming');
      await page.waitFor(() =>
        document
          .querySelector('firstword-chat')
          ?.shadowRoot?.querySelector('.text')
          ?.textContent?.includes('for you, we'),
      );
    },
  },
  {name: 'done', play: answered},
  {
    name: 'why',
    async play(page) {
      await answered(page);
      await click(page, '[part~=feedback] ~ [part~=feedback]');
      await shown(page, '.why');
    },
  },
  {name: 'error', tag: 'data-fallback="faq"', play: (page) => asked(page, 'What is this?', 'failed')},
  {
    name: 'offline',
    async play(page) {
      await answered(page);
      await page.goOffline();
      await shown(page, '.banner');
    },
  },
  {
    name: 'menu',
    async play(page) {
      await answered(page);
      await click(page, '.menu button');
      await shown(page, '.items');
    },
  },
  {
    name: 'editing',
    async play(page) {
      await answered(page);
      await click(page, '.own button');
      await shown(page, '.banner');
    },
  },
  {name: 'rich', play: (page) => asked(page, 'How can I pay?')},
  {
    name: 'unread',
    async play(page) {
      await answered(page);
      await call(page, 'close');
      await page.run((text) => {
        const {Firstword} = window as unknown as {Firstword: Api};
        Firstword.send(text);
        Firstword.close();
      }, MATTRESS);
      await shown(page, '.badge');
    },
  },
  {name: 'phone', options: PHONE, play: answered},
  {name: 'dark', options: {...DESK, dark: true}, play: answered},
  {name: 'dark-rich', options: {...DESK, dark: true}, play: (page) => asked(page, 'How can I pay?')},
  {name: 'dark-greeting', options: {...DESK, dark: true}, tag: GREETING, play: (page) => call(page, 'open')},
  {name: 'rtl', html: 'lang="ar" dir="rtl"', play: (page) => asked(page, 'كم ليلة يمكنني التجربة؟')},
  {name: 'inline', tag: 'data-container="#here"', play: answered},
  {name: 'accent', tag: 'data-accent="#ffd400"', play: answered},
];

/** Scenes of which there is a picture to compare with. */
export const PICTURED: readonly string[] = ['greeting', 'why', 'phone', 'dark-rich', 'rtl'];

/** Opens a scene and lets it come to rest. */
export async function openScene(browser: Borrowed, stage: Stage, scene: Scene): Promise<Page> {
  const {options = DESK, html = 'lang="en"', tag = '', play} = scene;
  const query = new URLSearchParams({html, tag});
  const page = await browser.open(`${stage.url}/scene?${query}`, {reducedMotion: true, ...options});
  if (!tag.includes('container')) await panelReady(page);
  await play?.(page);
  await comeToRest(page);
  return page;
}

/** Makes a page the same whenever it is looked at: nothing moves or blinks, and every time is noon. */
export async function comeToRest(page: Page): Promise<void> {
  await page.waitFor(async () => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    if (!root) return false;
    for (const time of root.querySelectorAll('time')) time.textContent = '12:00';
    for (const field of root.querySelectorAll('textarea')) field.style.caretColor = 'transparent';
    await Promise.all(root.getAnimations().map(({finished}) => finished));
    return true;
  });
}
