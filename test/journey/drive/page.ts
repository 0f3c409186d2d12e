import {writeFile} from 'node:fs/promises';
import {findTarget} from './target.ts';
import type {ChromiumOnly, EngineName, Json, Page, PageRequest, Size, Truthy} from './types.ts';
import {GaveUpError, waitUntil} from './wait.ts';

/** A place in the viewport, in CSS pixels. */
export interface Point {
  x: number;
  y: number;
}

/** What an engine must be able to do; all else about a page is made of it and so alike in all engines. */
export interface Abilities {
  run<T, A extends Json[]>(work: (...args: A) => T | Promise<T>, ...args: A): Promise<T>;
  type(text: string): Promise<void>;
  /** Presses the last key while the others are held. */
  press(keys: readonly string[]): Promise<void>;
  moveTo(point: Point): Promise<void>;
  clickAt(point: Point): Promise<void>;
  touchAt(point: Point): Promise<void>;
  /** Turns the wheel where the mouse is brought first. */
  wheelAt(point: Point, downPx: number): Promise<void>;
  resize(size: Size): Promise<void>;
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  /** Asks the engine to hide or show the page; whether it did is looked after by the caller. */
  hide(): Promise<void>;
  show(): Promise<void>;
  goto(url: string): Promise<void>;
  reload(): Promise<void>;
  back(): Promise<void>;
  /** Closes the tab; called once. */
  close(): Promise<void>;
  tap(): PageRequest[];
  consoleLines(): Promise<string[]>;
  errors(): Promise<string[]>;
  /** Gives the viewport as PNG. */
  screenshot(): Promise<Uint8Array>;
  chromium?: ChromiumOnly;
}

/** Creates a page out of what its engine can do; `waitLimitMs` as in the browser's options. */
export function createPage(
  abilities: Abilities,
  {engine, waitLimitMs}: {engine: EngineName; waitLimitMs: number},
): Page {
  let closed = false;

  async function ask<T>(work: () => Promise<T>): Promise<T> {
    if (closed) throw new GaveUpError(`the ${engine} page is closed`);
    return work();
  }

  async function findSteadyPoint(selector: string): Promise<Point> {
    let last: Point | undefined;
    let reason = 'not looked for yet';
    return waitUntil(
      () =>
        ask(async () => {
          const target = await abilities.run(findTarget, selector);
          const before = last;
          last = target.kind === 'point' ? {x: target.x, y: target.y} : undefined;
          reason = target.kind === 'none' ? target.reason : 'it moves';
          return last && before && last.x === before.x && last.y === before.y ? last : undefined;
        }),
      () => `"${selector}" to be reachable by the mouse in ${engine}: ${reason}`,
      waitLimitMs,
    );
  }

  async function waitForHidden(hidden: boolean): Promise<void> {
    await waitUntil(
      async () => (await abilities.run(() => document.hidden)) === hidden,
      () => `the ${engine} page to be ${hidden ? 'hidden' : 'shown'}`,
      waitLimitMs,
    );
  }

  return {
    engine,
    run: (work, ...args) => ask(() => abilities.run(work, ...args)),
    waitFor<T, A extends Json[]>(condition: (...args: A) => T | Promise<T>, ...args: A): Promise<Truthy<T>> {
      let last: unknown;
      return waitUntil(
        () =>
          ask(async () => {
            last = undefined;
            const answer = await abilities.run(condition, ...args);
            last = answer;
            return answer;
          }),
        () => `${condition} in ${engine}, called with ${JSON.stringify(args)}; last answer: ${JSON.stringify(last)}`,
        waitLimitMs,
      );
    },
    type: (text) => ask(() => abilities.type(text)),
    press: (chord) => ask(() => abilities.press(chord.split('+'))),
    click: async (selector) => ask(async () => abilities.clickAt(await findSteadyPoint(selector))),
    hover: async (selector) => ask(async () => abilities.moveTo(await findSteadyPoint(selector))),
    touch: async (selector) => ask(async () => abilities.touchAt(await findSteadyPoint(selector))),
    wheel: async (selector, downPx) => ask(async () => abilities.wheelAt(await findSteadyPoint(selector), downPx)),
    async resize(size) {
      await ask(() => abilities.resize(size));
      await waitUntil(
        () => abilities.run(({width, height}) => innerWidth === width && innerHeight === height, {...size}),
        () => `the ${engine} page to be ${size.width} by ${size.height}`,
        waitLimitMs,
      );
    },
    goOffline: () => ask(() => abilities.goOffline()),
    goOnline: () => ask(() => abilities.goOnline()),
    hide: () =>
      ask(async () => {
        await abilities.hide();
        await waitForHidden(true);
      }),
    show: () =>
      ask(async () => {
        await abilities.show();
        await waitForHidden(false);
      }),
    goto: (url) => ask(() => abilities.goto(url)),
    reload: () => ask(() => abilities.reload()),
    back: () => ask(() => abilities.back()),
    async close() {
      if (closed) return;
      closed = true;
      await abilities.close();
    },
    tap: () => abilities.tap(),
    consoleLines: () => abilities.consoleLines(),
    errors: () => abilities.errors(),
    screenshot: (path) => ask(async () => writeFile(path, await abilities.screenshot())),
    ...(abilities.chromium ? {chromium: abilities.chromium} : {}),
  };
}
