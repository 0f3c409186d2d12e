import {createHash} from 'node:crypto';

/** What a page told about itself since it was last asked. */
export interface Told {
  lines: string[];
  errors: string[];
}

/**
 * Collects console lines and uncaught errors in a page whose driver cannot report them. It is the first script of the
 * document, takes its own element away, and leaves one hidden property on window.
 */
const HOOK = `(() => {
  document.currentScript.remove();
  const told = {lines: [], errors: []};
  Object.defineProperty(window, Symbol.for('drive'), {value: {told, jobs: new Map()}});
  const name = (value) => {
    try {
      return value instanceof Error ? value.name + ': ' + value.message : String(value);
    } catch {
      return Object.prototype.toString.call(value);
    }
  };
  for (const level of ['debug', 'log', 'info', 'warn', 'error']) {
    const write = console[level];
    console[level] = function (...args) {
      told.lines.push(args.map(name).join(' '));
      return write.apply(this, args);
    };
  }
  addEventListener('error', (event) => {
    if (event instanceof ErrorEvent) told.errors.push(event.error ? name(event.error) : event.message);
  }, true);
  addEventListener('unhandledrejection', (event) => {
    setTimeout(() => event.defaultPrevented || told.errors.push(name(event.reason)), 0);
  });
})();`;

const HOOK_ELEMENT = `<script>${HOOK}</script>`;
const HOOK_SOURCE = `'sha256-${createHash('sha256').update(HOOK).digest('base64')}'`;

/** How far into a document its head is looked for, in characters. */
const HEAD_WITHIN_CHARS = 2048;

/**
 * Body of a script that runs `work` in the page, or goes on waiting for it where `work` is undefined. It answers in
 * short turns, so that other windows get theirs: WebDriver does one thing at a time.
 */
export const RUN_IN_PAGE = `
const [ticket, args, done] = arguments;
const symbol = Symbol.for('drive');
if (!window[symbol]) Object.defineProperty(window, symbol, {value: {told: {lines: [], errors: []}, jobs: new Map()}});
const {told, jobs} = window[symbol];
const explain = (thrown) => (thrown instanceof Error ? thrown.name + ': ' + thrown.message : String(thrown));
if (work) {
  const outcome = (async () => work(...args))().then(
    (value) => ({kind: 'value', json: JSON.stringify(value) ?? null}),
    (thrown) => ({kind: 'error', message: explain(thrown)}),
  );
  jobs.set(ticket, outcome);
}
const job = jobs.get(ticket) ?? {kind: 'error', message: 'The page went away while a function ran in it'};
const pause = new Promise((resolve) => setTimeout(resolve, 40, {kind: 'pending'}));
Promise.race([job, pause]).then((answer) => {
  if (answer.kind !== 'pending') jobs.delete(ticket);
  done({...answer, told: {lines: told.lines.splice(0), errors: told.errors.splice(0)}});
});
`;

/** Puts the hook into the beginning of a document; gives undefined while more of the document must be seen. */
export function hookDocument(beginning: string, {complete}: {complete: boolean}): string | undefined {
  const head = /<head(\s[^>]*)?>/i.exec(beginning);
  if (!head && !complete && beginning.length < HEAD_WITHIN_CHARS) return undefined;
  const place = head ?? /^\s*<!doctype[^>]*>/i.exec(beginning);
  const at = place ? place.index + place[0].length : 0;
  return beginning.slice(0, at) + HOOK_ELEMENT + beginning.slice(at);
}

/** How much longer a document is with the hook, in bytes. */
export const HOOK_BYTES = Buffer.byteLength(HOOK_ELEMENT);

/**
 * Allows the hook in a Content-Security-Policy and changes nothing else: what scripts the page may load, evaluate or
 * give to a worker stays as it was.
 *
 * @param header - value of the header: policies, separated by commas.
 */
export function allowHook(header: string): string {
  return header.split(',').map(allowInPolicy).join(',');
}

function allowInPolicy(policy: string): string {
  const directives = policy
    .split(';')
    .map((text) => text.trim().split(/\s+/))
    .filter(([name]) => name);
  const find = (wanted: string) => directives.find(([name]) => name?.toLowerCase() === wanted)?.slice(1);
  const sources = find('script-src-elem') ?? find('script-src') ?? find('default-src');
  if (!sources) return policy;
  const strict = sources.some((source) => /^'(nonce-|sha\d|strict-dynamic)/i.test(source));
  // A hash would take the effect of 'unsafe-inline' away.
  if (!strict && sources.includes("'unsafe-inline'")) return policy;
  const kept = directives.filter(([name]) => name?.toLowerCase() !== 'script-src-elem').map((words) => words.join(' '));
  const allowed = [...sources.filter((source) => source.toLowerCase() !== "'none'"), HOOK_SOURCE];
  return [...kept, `script-src-elem ${allowed.join(' ')}`].join('; ');
}
