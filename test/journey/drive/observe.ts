import {createHash} from 'node:crypto';
import type {Page as DriverPage, HTTPRequest} from 'puppeteer-core';
import type {Abilities} from './page.ts';
import type {PageRequest} from './types.ts';

/**
 * Stands in what Firefox says of a file whose fetch was broken off before its first byte, as all are by a page that goes:
 * the hash of nothing is not the one that was wanted.
 */
const HASH_OF_NOTHING = createHash('sha384').update('').digest('base64');

/** Begins to write down what a page of Chromium or Firefox asks for and says; its dialogs are accepted. */
export function observePage(
  engine: 'chromium' | 'firefox',
  page: DriverPage,
): Pick<Abilities, 'tap' | 'consoleLines' | 'errors'> {
  const requests: PageRequest[] = [];
  const lines: string[] = [];
  const errors: string[] = [];
  page.on('request', (request) => {
    if (isTapped(request)) requests.push(describeRequest(engine, request));
  });
  page.on('console', (message) => lines.push(message.text()));
  page.on('pageerror', (error) => {
    const words = describeError(engine, error);
    if (!words.includes(HASH_OF_NOTHING)) errors.push(words);
  });
  // It may be gone again before it is answered.
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined));

  // What happened in the page before a command has arrived here once that command is answered.
  async function flush(): Promise<void> {
    if (!page.isClosed()) await page.evaluate(() => 0).catch(() => undefined);
  }

  return {
    tap: () => [...requests],
    async consoleLines() {
      await flush();
      return [...lines];
    },
    async errors() {
      await flush();
      return [...errors];
    },
  };
}

function isTapped(request: HTTPRequest): boolean {
  const url = request.url();
  return /^(https?|wss?):/.test(url) && new URL(url).pathname !== '/favicon.ico';
}

// The driver gives no kind for Firefox; a header that the browser sends does.
function describeRequest(engine: 'chromium' | 'firefox', request: HTTPRequest): PageRequest {
  const kind = engine === 'chromium' ? request.resourceType() : request.headers()['sec-fetch-dest'];
  const bare = {method: request.method(), url: request.url()};
  return kind === undefined ? bare : {...bare, kind: kind === 'empty' ? 'fetch' : kind};
}

// Firefox already puts the name before the message.
function describeError(engine: 'chromium' | 'firefox', error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return engine === 'firefox' ? error.message : `${error.name}: ${error.message}`;
}
