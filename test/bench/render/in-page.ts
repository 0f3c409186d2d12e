import {type AppenderName, createAppender} from './appender.ts';

/** What one streamed answer looked like from within the page; times in ms of the page's clock. */
export interface StreamTimes {
  /** When the first piece was read. */
  readMs: number;
  /** When it was in the DOM. */
  inDomMs: number;
  /** When the frame that showed it began. */
  frameMs: number;
  /** When that frame was over for the main thread. */
  paintedMs: number;
  /** When the frame that showed the last token was over; as soon as the stream ended, at the latest. */
  lastPaintedMs: number;
}

/** What the page can be told to do. */
export interface InPage {
  /** Feeds a text as so many characters a frame and waits until it is drawn. */
  feed(text: string, options: {by: AppenderName; charactersPerFrame: number}): Promise<void>;
  /** Feeds a text as one piece, waits until it is drawn, then ends it. */
  burst(text: string, options: {by: AppenderName}): Promise<void>;
  /** Feeds a text as one piece and ends it in the same task. */
  burstAndEnd(text: string, options: {by: AppenderName}): Promise<void>;
  /** Reads an answer from the server and draws it. */
  stream(url: string, options: {by: AppenderName; lastWords: string}): Promise<StreamTimes>;
  /** Does a fixed amount of work of the kind that drawing is made of. */
  calibrate(): Promise<void>;
}

const log = document.querySelector<HTMLElement>('#log') ?? document.body;

function createRoot(): HTMLElement {
  const root = document.createElement('div');
  log.replaceChildren(root);
  return root;
}

const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(() => resolve()));

/**
 * Waits until the next frame is drawn: what is posted within a frame comes after its style, layout and paint.
 *
 * @returns when the frame began and when it was over.
 */
function afterFrame(): Promise<{frameMs: number; paintedMs: number}> {
  const {promise, resolve} = Promise.withResolvers<{frameMs: number; paintedMs: number}>();
  requestAnimationFrame(() => {
    const frameMs = performance.now();
    const {port1, port2} = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve({frameMs, paintedMs: performance.now()});
    };
    port2.postMessage(undefined);
  });
  return promise;
}

/** Waits until an element has not changed for some frames: what is drawn in parts is drawn then. */
async function settled(root: HTMLElement): Promise<void> {
  let quietCount = 0;
  const observer = new MutationObserver(() => {
    quietCount = 0;
  });
  observer.observe(root, {subtree: true, childList: true, characterData: true});
  while (quietCount++ < 12) await nextFrame();
  observer.disconnect();
  await afterFrame();
}

/** Waits for words to be on the screen. */
function shown(root: HTMLElement, words: string): Promise<number> {
  const {promise, resolve} = Promise.withResolvers<number>();
  const look = () => {
    if (!root.lastElementChild?.textContent?.includes(words)) return;
    observer.disconnect();
    afterFrame().then(({paintedMs}) => resolve(paintedMs));
  };
  const observer = new MutationObserver(look);
  observer.observe(root, {subtree: true, childList: true, characterData: true});
  look();
  return promise;
}

const inPage: InPage = {
  async feed(text, {by, charactersPerFrame}) {
    const root = createRoot();
    const appender = createAppender(by, root);
    for (let at = 0; at < text.length; at += charactersPerFrame) {
      appender.write(text.slice(at, at + charactersPerFrame));
      await nextFrame();
    }
    appender.end();
    await afterFrame();
  },

  async burst(text, {by}) {
    const root = createRoot();
    const appender = createAppender(by, root);
    appender.write(text);
    await settled(root);
    appender.end();
    await afterFrame();
  },

  async burstAndEnd(text, {by}) {
    const appender = createAppender(by, createRoot());
    await nextFrame();
    appender.write(text);
    appender.end();
    await afterFrame();
  },

  async stream(url, {by, lastWords}) {
    const root = createRoot();
    const appender = createAppender(by, root);
    const response = await fetch(url);
    const length = Number(response.headers.get('x-characters'));
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (!response.ok || !reader) throw new Error(`no answer: ${response.status}`);
    let readMs = 0;
    let inDomMs = 0;
    let characterCount = 0;
    let painted: ReturnType<typeof afterFrame> | undefined;
    let lastPainted: Promise<number> | undefined;
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      characterCount += part.value.length;
      if (!painted) readMs = performance.now();
      appender.write(part.value);
      if (!painted) {
        appender.flush();
        inDomMs = performance.now();
        painted = afterFrame();
      }
      // watched for the very end only: watching costs time too
      if (characterCount >= length) lastPainted = shown(root, lastWords);
    }
    appender.end();
    await afterFrame();
    if (!painted || !lastPainted) throw new Error(`only ${characterCount} of ${length} characters came`);
    return {readMs, inDomMs, ...(await painted), lastPaintedMs: await lastPainted};
  },

  async calibrate() {
    const root = createRoot();
    let mixed = 1;
    for (let at = 0; at < 300; at++) {
      for (let turn = 0; turn < 20_000; turn++) mixed = (Math.imul(mixed, 1_664_525) + 1_013_904_223) | 0;
      const line = document.createElement('p');
      line.textContent = `${mixed} `.repeat(40);
      root.append(line);
      if (at % 30 === 0) await nextFrame();
    }
    await afterFrame();
  },
};

Object.assign(window, {bench: inPage});
