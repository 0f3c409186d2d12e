import {createHash} from 'node:crypto';
import {globSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';

/** What a script is for and what it may touch, in words for whoever reviews a payment page. */
export interface ScriptFacts {
  /** Why the page needs it: the justification that a review asks for. */
  purpose: string;
  loads: string;
  /** How it is made sure that these bytes, and no others, run. */
  checked: string;
  network: string;
  storage: string;
  dom: string;
  /** Events of `window` and `document` that it listens to. */
  listens: readonly string[];
  globals: string;
}

/** One script as it was built. */
export interface InventoryEntry extends ScriptFacts {
  /** Path beside the other built files. */
  file: string;
  bytes: number;
  /** As the attribute of the same name takes it. */
  integrity: string;
}

/** Every script that a page may get from us. */
export interface Inventory {
  name: 'firstword';
  version: string;
  scripts: readonly InventoryEntry[];
}

const NONE = 'nothing';
const BY_LOADER =
  'The script that loads it holds this value: the file is fetched with that integrity, preloaded with it as a module, and only then run. With one byte changed it is not run. Chromium and Firefox verify the bytes that they run, WebKit a copy fetched just before.';

/** What is known of each script, by its name without the hash. A script that is not here may not be built. */
export const SCRIPTS: Readonly<Record<string, ScriptFacts>> = {
  'firstword.js': {
    purpose: 'Draws the button that opens the chat, and brings the other scripts when they are wanted.',
    loads: 'By the script tag of the page.',
    checked: 'By the integrity attribute of the script tag, with the value above, where the page sets it.',
    network: 'Gets the other scripts from its own folder. Nothing else.',
    storage: NONE,
    dom: 'Adds one element, firstword-chat, with a shadow root, and link elements in the head while a script loads. Reads the attributes of its own tag.',
    listens: ['DOMContentLoaded', 'load', 'click', 'firstword:*'],
    globals: 'window.Firstword',
  },
  'firstword-panel.js': {
    purpose: 'Draws the conversation and sends the question that the visitor has typed into it.',
    loads: 'When the page is idle, or when the visitor comes near the button (data-load).',
    checked: BY_LOADER,
    network:
      'Posts a question to data-endpoint when the visitor sends it; says hello to it with a GET when the chat is about to open.',
    storage:
      'sessionStorage or localStorage (data-persist), one key that begins with firstword:, after the visitor opened the chat: the conversation and its draft. Erases what firstword-faq.js keeps in IndexedDB when the visitor has it forgotten or refuses consent. Nothing with data-persist="none" or a refused consent.',
    dom: 'Draws in that shadow root only. Looks for buttons that send a form or pay, and for what data-avoid names, and where they stand, to keep off them; not what they say or hold.',
    listens: ['visibilitychange', 'pagehide', 'beforeunload', 'scroll', 'resize', 'transitionend'],
    globals: NONE,
  },
  'firstword-answer.js': {
    purpose: 'Reads and draws answers as nodes, never as HTML.',
    loads: 'At the first key in the composer, or with the first question; with data-faq when the chat is opened.',
    checked: BY_LOADER,
    network:
      'Asks data-endpoint for the rest of an answer that broke off. Images of answers load only from data-image-prefixes.',
    storage: NONE,
    dom: 'Draws in that shadow root only. Puts code of an answer on the clipboard when the visitor presses its button.',
    listens: ['online'],
    globals: NONE,
  },
  'firstword-measure.js': {
    purpose:
      'Holds answers to their deadlines: words while they are on their way, a second attempt, what answers instead. Measures how long they took and tells the site’s own collector.',
    loads: 'Beside firstword-answer.js.',
    checked: BY_LOADER,
    network:
      'Posts times and counts, without a word of the conversation, to data-rum where that is set and consent allows it. Posts a question that the visitor sent another time, to data-endpoint or data-hedge-endpoint.',
    storage: 'A channel between tabs of the site, which keeps nothing: whether the endpoint answers.',
    dom: 'Draws nothing.',
    listens: ['securitypolicyviolation'],
    globals: NONE,
  },
  'firstword-more.js': {
    purpose: 'Draws what visitors do beside asking: copy, judge, edit, ask again, start over, erase, hand over.',
    loads: 'Beside firstword-answer.js.',
    checked: BY_LOADER,
    network: NONE,
    storage: NONE,
    dom: 'Draws in that shadow root only, and a count on the button that opens the chat. Puts the conversation on the clipboard, or into a mail or page that the site named, when the visitor presses the button for it.',
    listens: ['online', 'offline', 'popstate', 'hashchange'],
    globals: NONE,
  },
  'firstword-glass.js': {
    purpose:
      'Draws for whoever builds the site what each answer’s wait is made of, without a word of the conversation.',
    loads: 'When the chat is opened on a page whose address ends with #firstword-debug.',
    checked: BY_LOADER,
    network: NONE,
    storage: NONE,
    dom: 'Draws in that shadow root only. Puts times and names on the clipboard when its button for that is pressed.',
    listens: ['firstword:*'],
    globals: NONE,
  },
  'firstword-vendors.js': {
    purpose:
      'Writes questions for, and reads answers of, backends that speak another protocol than Firstword or the AI SDK.',
    loads: 'Beside firstword-answer.js where data-protocol names such a backend, or where the endpoint may be one.',
    checked: BY_LOADER,
    network: NONE,
    storage: NONE,
    dom: 'Draws nothing.',
    listens: [],
    globals: NONE,
  },
  'firstword-tabs.js': {
    purpose: 'Lets tabs of the site that show the same conversation follow one another.',
    loads: 'Beside firstword-answer.js, with data-persist="local".',
    checked: BY_LOADER,
    network: NONE,
    storage: 'A channel and a lock between tabs of the site, which keep nothing.',
    dom: 'Draws nothing.',
    listens: ['storage', 'pageshow'],
    globals: NONE,
  },
  'firstword-experiment.js': {
    purpose: 'Decides by chance which arms of the site’s experiments a page view is in.',
    loads: 'Before firstword-panel.js does anything, with data-experiment.',
    checked: BY_LOADER,
    network: NONE,
    storage: NONE,
    dom: 'Draws nothing.',
    listens: [],
    globals: NONE,
  },
  'firstword-faq.js': {
    purpose:
      'Answers questions of the site’s own FAQ at once, without sending them anywhere; has the endpoint look up ahead what others are likely to be about.',
    loads: 'When the visitor opens the chat, where data-faq names a FAQ pack.',
    checked: BY_LOADER,
    network:
      'Gets the FAQ pack from data-faq. Posts ids of its topics, and the page facts of data-context, to data-endpoint while a question is written (data-prefetch). Sends no word of the visitor’s.',
    storage:
      'IndexedDB, after the visitor opened the chat: firstword-faq holds the pack, unless consent is refused. Only with granted consent: firstword-learned holds answers that the endpoint allows everybody, with their questions, firstword-decoys questions whose stored answer the visitor refused.',
    dom: 'Draws nothing.',
    listens: [],
    globals: NONE,
  },
  'firstword-owner.js': {
    purpose: 'Says in the console, to whoever keeps the endpoint, why it gave no answer.',
    loads: 'When an answer failed.',
    checked: BY_LOADER,
    network: NONE,
    storage: NONE,
    dom: 'Draws nothing.',
    listens: [],
    globals: NONE,
  },
  'lang/xx.js': {
    purpose: 'Holds the words of one language; runs nothing.',
    loads:
      'With a page of that language (or data-language), when the visitor comes near the button. English needs none.',
    checked: BY_LOADER,
    network: NONE,
    storage: NONE,
    dom: NONE,
    listens: [],
    globals: NONE,
  },
  'firstword.full.js': {
    purpose:
      'All of the scripts above but firstword-glass.js in one, for pages that let one hash run and nothing else. In the place of firstword.js.',
    loads: 'By the script tag of the page.',
    checked: 'By the integrity attribute of the script tag, with the value above, where the page sets it.',
    network: 'What the scripts above do, but no script.',
    storage: 'What the scripts above do, in sessionStorage or localStorage and in IndexedDB.',
    dom: 'What the scripts above do, but no link elements.',
    listens: [],
    globals: 'window.Firstword',
  },
};

/** What no script of ours does, whatever the attributes say. */
export const NEVER = [
  'reads or listens to a field of the page; keys are heard inside the chat only',
  'sets or reads a cookie, or uses IndexedDB',
  'makes a request to an address that is neither in an attribute of the tag nor beside the script',
  'sends what was typed before the visitor sends it',
  'runs text as code or makes HTML of it: no eval, no Function, no innerHTML, no inline script or style',
] as const;

/**
 * Makes the inventory of what was built.
 *
 * @param folder - Where the build is.
 * @param version - The package's version.
 * @throws Error when there is a script of which SCRIPTS says nothing, or none for what SCRIPTS describes.
 */
export function createInventory(folder: string, version: string): Inventory {
  const order = Object.keys(SCRIPTS);
  const files = globSync(['*.js', 'lang/*.js'], {cwd: folder})
    .map((path) => path.replaceAll('\\', '/'))
    .sort((a, b) => order.indexOf(nameOf(a)) - order.indexOf(nameOf(b)));
  const missing = order.filter((name) => !files.some((file) => nameOf(file) === name));
  if (missing.length > 0) throw new Error(`inventory.ts describes ${missing.join(', ')}, which was not built`);
  const scripts = files.map((file) => {
    const facts = SCRIPTS[nameOf(file)];
    if (!facts) throw new Error(`${file} is not described in inventory.ts: say there what it is for and may touch`);
    const content = readFileSync(join(folder, file));
    const integrity = `sha384-${createHash('sha384').update(content).digest('base64')}`;
    return {file, bytes: content.length, integrity, ...facts};
  });
  return {name: 'firstword', version, scripts};
}

/** Writes the inventory beside the scripts: `script-inventory.json` for programs, `script-inventory.html` for people. */
export function writeInventory(folder: string, version: string): void {
  const inventory = createInventory(folder, version);
  writeFileSync(join(folder, 'script-inventory.json'), `${JSON.stringify({...inventory, never: NEVER}, null, 2)}\n`);
  writeFileSync(join(folder, 'script-inventory.html'), writeHtml(inventory));
}

/** A file's name without its hash: what stays the same from version to version. */
const nameOf = (file: string) =>
  file.replace(/^(?:(firstword-[a-z]+)|(lang\/)[a-z]+)-[\w-]{8}\.js$/, (_, name?: string) => `${name ?? 'lang/xx'}.js`);

const inHtml = (text: string) =>
  text.replace(/[&<>"]/g, (mark) => `&#${mark.charCodeAt(0)};`).replace(/sha384-\S+/g, '<code>$&</code>');

function writeHtml({version, scripts}: Inventory): string {
  const rows = ({bytes, integrity, listens, ...facts}: InventoryEntry): [string, string][] => [
    ['What for', facts.purpose],
    ['SHA-384', integrity],
    ['Size', `${bytes} bytes`],
    ['When it loads', facts.loads],
    ['How its bytes are checked', facts.checked],
    ['Network', facts.network],
    ['Storage', facts.storage],
    ['Elements', facts.dom],
    ['Events of window and document', listens.join(', ')],
    ['Globals', facts.globals],
    ['Authorised by, on', ''],
  ];
  const table = (script: InventoryEntry) =>
    `<table>\n<caption>${script.file}</caption>\n${rows(script)
      .map(([name, value]) => `<tr><th scope="row">${name}</th><td>${inHtml(value)}</td></tr>`)
      .join('\n')}\n</table>`;
  const tag = `<script async src="/firstword.js" integrity="${scripts.find(({file}) => file === 'firstword.js')?.integrity}" crossorigin="anonymous" data-endpoint="/chat"></script>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Script inventory: Firstword ${version}</title>
<style>
body{max-width:60rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}
table{width:100%;margin:2rem 0;border-collapse:collapse}
caption{padding:.5rem 0;font-weight:700;text-align:start}
th,td{padding:.4rem .6rem;border:1px solid #888;text-align:start;vertical-align:top;overflow-wrap:anywhere}
th{width:13rem;font-weight:600}
pre{white-space:pre-wrap;overflow-wrap:anywhere}
</style>
</head>
<body>
<main>
<h1>Script inventory: Firstword ${version}</h1>
<p>Every script that a page gets from Firstword, made by the build that made the scripts. It serves reviews of payment
pages under PCI DSS 4.0.1: requirement 6.4.3 (each script is justified, authorised and of assured integrity) and 11.6.1
(changes of scripts are noticed).</p>
${scripts.map(table).join('\n')}
<h2>What no script of ours does</h2>
<ul>
${NEVER.map((line) => `<li>${inHtml(line)}</li>`).join('\n')}
</ul>
<h2>Integrity of the first script</h2>
<p>The others are checked by it. Pin the first one in the tag; a new version then needs a new tag.</p>
<pre><code>${inHtml(tag)}</code></pre>
<h2>Noticing changes</h2>
<p>Compare what your site serves with the value above, as often as your risk analysis says, at least once a week:</p>
<pre><code>curl -s https://shop.example/firstword.js | openssl dgst -sha384 -binary | openssl base64 -A</code></pre>
<p>Where the tag is pinned, or a security policy has a report endpoint, browsers report or refuse a changed script
themselves.</p>
</main>
</body>
</html>
`;
}
