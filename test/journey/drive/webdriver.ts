import type {Json} from './types.ts';

/** How long one command may take, in milliseconds. */
const COMMAND_LIMIT_MS = 60_000;

/** One command of the WebDriver protocol (W3C recommendation "WebDriver", section "Endpoints"). */
export interface Command {
  method: 'GET' | 'POST' | 'DELETE';
  /** Path below the running browser, such as `/url`. */
  path: string;
  body?: {readonly [name: string]: Json};
}

/** A browser behind a WebDriver server, with commands sent one after another. */
export interface WebDriver {
  /** Sends a command and gives its value. */
  send(command: Command): Promise<unknown>;
  /** Sends commands to one window: nothing else comes between choosing the window and the commands. */
  inWindow<T>(handle: string, work: () => Promise<T>): Promise<T>;
}

/** Tells whether a WebDriver server answers on a port. */
export async function isReady(port: number): Promise<boolean> {
  const value = (await exchange(port, {method: 'GET', path: '/status'})) as {ready?: boolean};
  return value.ready === true;
}

/**
 * Starts a browser by a WebDriver server.
 *
 * @throws what the server answers when it cannot.
 */
export async function createWebDriver(port: number, capabilities: {readonly [name: string]: Json}): Promise<WebDriver> {
  const body = {capabilities: {alwaysMatch: capabilities}};
  const made = (await exchange(port, {method: 'POST', path: '/session', body})) as {sessionId: string};
  let chosen: string | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const send = ({path, ...rest}: Command) => exchange(port, {...rest, path: `/session/${made.sessionId}${path}`});
  return {
    send,
    inWindow(handle, work) {
      const turn = queue.then(async () => {
        if (chosen !== handle) await send({method: 'POST', path: '/window', body: {handle}});
        chosen = handle;
        return work();
      });
      queue = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function exchange(port: number, {method, path, body}: Command): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    signal: AbortSignal.timeout(COMMAND_LIMIT_MS),
    ...(body ? {body: JSON.stringify(body)} : {}),
  });
  // The protocol promises this shape for answers and for errors.
  const {value} = (await response.json()) as {value: unknown};
  if (!response.ok) {
    const {error, message} = value as {error: string; message: string};
    throw new Error(`${error}: ${message}`);
  }
  return value;
}
