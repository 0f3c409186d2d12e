import {readFileSync} from 'node:fs';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {DuckDBInstance} from '@duckdb/node-api';
import {createSimulatedModel, type KnowledgeEntry, type TurnSpan} from 'firstword/server';
import {type BackendOptions, createBackend} from '../../demo/backend.ts';
import {listen} from '../../demo/listen.ts';
import type {TurnRecord} from '../../src/latency/index.ts';
import {type Page, waitUntil} from './drive/index.ts';

/** What a journey changes about the demo that it plays on. */
export interface StageOptions extends Pick<BackendOptions, 'policy' | 'model' | 'faq'> {
  /** Answers a request in the backend's place; undefined lets it through. */
  intercept?: (request: Request) => Response | undefined | Promise<Response | undefined>;
  /** Changes a file of the widget on its way out. */
  tamper?: (path: string, text: string) => string;
}

/** Deadlines that no journey reaches, however slow the machine is and however long a test holds an answer back. */
export const UNHURRIED = 'data-deadline="soft=60s first=120s complete=240s"';

const slowDown = (_: string, html: string) => html.replace('data-endpoint="/chat"', `$& ${UNHURRIED}`);

/** The demo on a port of its own, with a store of its own. */
export interface Stage {
  url: string;
  /** What the server says of each turn that ended. */
  spans: TurnSpan[];
  /** Stops the server, once, and gives the turns that were stored, as they were stored. */
  close(): Promise<TurnRecord[]>;
}

/** Starts the demo. */
export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const folder = await mkdtemp(join(tmpdir(), 'firstword-stage-'));
  const turnsPath = join(folder, 'turns.duckdb');
  const spans: TurnSpan[] = [];
  const backend = await createBackend({
    turnsPath,
    model: options.model ?? instantModel(),
    observe: (span) => spans.push(span),
    faq: options.faq ?? false,
    isPlain: true, // a question that is asked again is answered as the first time
    ...(options.policy ? {policy: options.policy} : {}),
  });
  const server = await listen({
    port: 0,
    async fetch(request) {
      const answered = await options.intercept?.(request);
      if (answered) return answered;
      const response = await backend.fetch(request);
      const {pathname} = new URL(request.url);
      const change = pathname.endsWith('.js')
        ? options.tamper
        : response.headers.get('content-type')?.startsWith('text/html') && slowDown;
      if (!change) return response;
      const text = await response.text();
      const headers = new Headers(response.headers);
      headers.delete('content-length');
      return new Response(change(pathname, text), {status: response.status, headers});
    },
  });
  async function stop(): Promise<TurnRecord[]> {
    await server.close();
    await backend.close();
    const instance = await DuckDBInstance.create(turnsPath);
    const connection = await instance.connect();
    const rows = await connection.runAndReadAll('select record from turns order by turn_at');
    const records = rows.getRows().map(([record]) => JSON.parse(String(record)) as TurnRecord);
    connection.closeSync();
    instance.closeSync();
    await rm(folder, {recursive: true});
    return records;
  }
  let stopped: Promise<TurnRecord[]> | undefined;
  return {
    url: server.url,
    spans,
    close() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** What the demo shop knows. */
export const knowledge = JSON.parse(readFileSync('demo/site/knowledge.json', 'utf8')) as KnowledgeEntry[];

/** A model that never waits, or waits at a gate before the tokens from `heldFrom` on. */
export function instantModel(gate?: {heldFrom: number; opened: Promise<void>; onToken?: (index: number) => void}) {
  return createSimulatedModel({
    knowledge,
    wait: async () => undefined,
    async gate(index) {
      if (gate && index >= gate.heldFrom) await gate.opened;
      gate?.onToken?.(index);
    },
  });
}

/** Waits until the panel's file has run, so that what follows meets an idle page. */
export async function panelReady(page: Page): Promise<void> {
  await page.waitFor(() =>
    Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[aria-haspopup]')),
  );
}

/** Opens the chat by keyboard: from the top of the page to the launcher, which stands last. */
export async function openByKeyboard(page: Page): Promise<void> {
  await page.waitFor(() =>
    Boolean(document.querySelector('firstword-chat')?.shadowRoot?.querySelector('[part~=launcher]')),
  );
  await page.press('Shift+Tab');
  const there = () => page.run(() => document.activeElement?.localName === 'firstword-chat');
  for (let step = 0; step < 100 && !(await there()); step++) await page.press('Tab');
  await page.press('Enter');
  await page.waitFor(
    () => document.querySelector('firstword-chat')?.shadowRoot?.activeElement?.getAttribute('part') === 'input',
  );
  // it stands where it keeps clear of the page
  await page.waitFor(() =>
    document.querySelector('firstword-chat')?.shadowRoot?.querySelector('dialog')?.style.getPropertyValue('--_t'),
  );
}

/** Types a question and sends it with Enter. */
export async function ask(page: Page, question: string): Promise<void> {
  await page.type(question);
  await page.press('Enter');
}

/** Reads the last answer: its words, how it stands, and what is said below it. */
export async function lastAnswer(page: Page): Promise<{text: string; state: string; notice: string; retry: boolean}> {
  return page.run(() => {
    const root = document.querySelector('firstword-chat')?.shadowRoot;
    const answer = [...(root?.querySelectorAll('[part~=answer]') ?? [])].at(-1);
    return {
      text: answer?.querySelector('.text')?.textContent ?? '',
      state: answer?.getAttribute('data-state') ?? '',
      notice: answer?.querySelector('[part~=notice] span')?.textContent ?? '',
      retry: answer?.querySelector('[part~=retry]') !== null,
    };
  });
}

/** Counts the posts to the endpoint. */
export const postCount = (page: Page): number =>
  page.tap().filter(({method, url}) => method === 'POST' && url.endsWith('/chat')).length;

/** Waits until a beacon was sent. */
export async function beaconSent(page: Page): Promise<void> {
  await waitUntil(
    () => page.tap().some(({url}) => url.endsWith('/v1/turns')),
    () => 'a beacon',
  );
}

/** Reads what Firstword said to the site's developer, but for how slow the machine is. */
export const ownLines = async (page: Page): Promise<string[]> =>
  (await page.consoleLines()).filter(
    (line) => line.startsWith('[firstword]') && !line.startsWith('[firstword] over budget: '),
  );

/** Waits until the last answer has words, and gives them. */
export async function firstWords(page: Page): Promise<string> {
  return page.waitFor(
    () =>
      [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=answer]') ?? [])]
        .at(-1)
        ?.querySelector('.text')?.textContent,
  );
}

/** Waits until the last answer stands in a state. */
export async function answerIs(page: Page, state: string): Promise<void> {
  await page.waitFor(
    (wanted) =>
      [...(document.querySelector('firstword-chat')?.shadowRoot?.querySelectorAll('[part~=answer]') ?? [])]
        .at(-1)
        ?.getAttribute('data-state') === wanted,
    state,
  );
}

/** Waits until these words stand below the last answer; those of a rare problem come in a file of their own. */
export async function noticeIs(page: Page, words: string): Promise<void> {
  await waitUntil(
    async () => (await lastAnswer(page)).notice === words,
    () => `"${words}" below the last answer`,
  );
}
