import {findAll, lineOf, type Node, nameOf, parse, references} from './parse.ts';
import {choose, type SourceFile, TEST_CODE, textOf, type Verdict} from './source.ts';

/** Where a test may wait for time to pass, with the reason. */
export const SLEEPING_PLACES: Readonly<Record<string, string>> = {
  'test/journey/drive/wait.ts': 'lets a page be between two looks at a condition',
  'test/journey/drive/families.ts': 'lets processes end between two looks at who lives',
  'test/journey/drive/open-browser.ts': 'limits how long a browser may take to close',
  'test/server/take-ms.ts': 'has what is simulated take its time',
};

/** What no file may tell: where it was written, or by which machinery. */
const STRANGERS = [
  {what: 'a path of a machine', pattern: /(?<![\w.-])\/(?:root|home|work|Users)\/[\w.-]/},
  {what: 'a package registry', pattern: /\b(?:registry|npm\.pkg)\.[a-z][a-z0-9-]*\.[a-z]{2,}|_auth[T]oken/},
  {what: 'a workplace', pattern: /\bsub-?agents?\b/i},
];

/** Files that every project has. */
const PAPERS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'LICENSE'];

/** Finds versions in package.json files that are not exact. What a user brings along may be a range. */
export function checkVersions(files: readonly SourceFile[]): Verdict {
  const versions = choose(files, /(^|\/)package\.json$/).flatMap(({path, text}) => {
    const {
      dependencies = {},
      devDependencies = {},
    }: {[K in 'dependencies' | 'devDependencies']?: Record<string, string>} = JSON.parse(text);
    return Object.entries({...dependencies, ...devDependencies}).map(([name, version]) => ({path, name, version}));
  });
  return {
    lookedAtCount: versions.length,
    breaches: versions
      .filter(({version}) => !/^(npm:[\w/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
      .map(({path, name, version}) => `${path}: ${name} is "${version}", which is no exact version`),
  };
}

/** Finds addresses in package-lock.json files: they are those of whoever wrote them. */
export function checkLock(files: readonly SourceFile[]): Verdict {
  const entries = choose(files, /(^|\/)package-lock\.json$/).flatMap(({path, text}) => {
    const {packages = {}}: {packages?: Record<string, {resolved?: string; link?: boolean}>} = JSON.parse(text);
    return Object.entries(packages).map(([name, {resolved}]) => ({path, name, resolved}));
  });
  return {
    lookedAtCount: entries.length,
    breaches: entries
      .filter(({resolved}) => resolved !== undefined)
      .map(({path, name}) => `${path}: ${name} has a resolved address`),
  };
}

/** Finds lines that tell about a machine, a registry or a workplace. */
export function checkStrangers(files: readonly SourceFile[]): Verdict {
  const breaches = files.flatMap(({path, text}) =>
    text
      .split('\n')
      .flatMap((line, at) =>
        STRANGERS.filter(({pattern}) => pattern.test(line)).map(({what}) => `${path}:${at + 1}: names ${what}`),
      ),
  );
  return {lookedAtCount: files.length, breaches};
}

/** Finds papers that are missing or empty, and a licence that is not MIT. */
export function checkPapers(files: readonly SourceFile[]): Verdict {
  const missing = PAPERS.filter((path) => !files.some((file) => file.path === path && file.text.trim() !== ''));
  const breaches = missing.map((path) => `${path}: is missing or empty`);
  const licence = files.find(({path}) => path === 'LICENSE');
  if (licence && !/^(The )?MIT License/.test(licence.text.trim())) breaches.push('LICENSE: is not the MIT licence');
  const {license} = JSON.parse(textOf(files, 'package.json'));
  if (license !== 'MIT') breaches.push(`package.json: its license is ${license}, not MIT`);
  return {lookedAtCount: PAPERS.length, breaches};
}

/** Finds tests that wait for time to pass instead of a condition. */
export function checkSleeps(files: readonly SourceFile[]): Verdict {
  const code = choose(files, TEST_CODE).filter(({path}) => !(path in SLEEPING_PLACES));
  const breaches = code.map(parse).flatMap((module) => {
    const at = (node: Node) => `${module.path}:${lineOf(module, node)}`;
    const timers = references(module).filter(({specifier}) => /^(node:)?timers\/promises$/.test(specifier));
    const calls = findAll(module.program, 'CallExpression');
    const sleeps = calls.filter(({node, parents}) => nameOf(node.callee) === 'setTimeout' && isSleep(node, parents));
    const waits = findAll(module.program, 'Identifier').filter(({node}) => node.name === 'waitForTimeout');
    return [
      ...timers.map(() => `${module.path}: takes a sleep from node:timers/promises`),
      ...[...sleeps, ...waits].map(({node}) => `${at(node)}: waits for time to pass`),
    ];
  });
  return {lookedAtCount: code.length, breaches};
}

/** Finds tests that are left out, run alone or run again. `skipIf` names its reason and is fine. */
export function checkSkipped(files: readonly SourceFile[]): Verdict {
  const code = choose(files, /^(test\/.*\.(tsx?|mjs)|vite\.config\.ts)$/);
  const breaches = code.map(parse).flatMap((module) => {
    const at = (node: Node) => `${module.path}:${lineOf(module, node)}`;
    const found: string[] = [];
    for (const {node} of findAll(module.program, 'MemberExpression')) {
      const name = nameOf(node.property);
      if (/^(skip|only|todo|fails)$/.test(name) && RUNNERS.has(rootOf(node.object)))
        found.push(`${at(node)}: .${name}`);
    }
    for (const {node, parents} of findAll(module.program, 'Property')) {
      const inRunner = parents.some((each) => each.type === 'CallExpression' && RUNNERS.has(rootOf(each.callee)));
      const ofOptions = inRunner && !parents.some(({type}) => /Function/.test(type));
      const ofSuite = module.path === 'vite.config.ts';
      const name = nameOf(node.key);
      if (/^(retry|repeats|skip|only|todo)$/.test(name) && (ofOptions || ofSuite)) found.push(`${at(node)}: ${name}`);
    }
    return found;
  });
  return {lookedAtCount: code.length, breaches};
}

const RUNNERS: ReadonlySet<string> = new Set(['test', 'it', 'describe', 'suite', 'bench', 'context', 'ctx', 'task']);

/** Whether a timer does nothing but end a promise, after a time that is not nothing. */
function isSleep(call: Extract<Node, {type: 'CallExpression'}>, parents: readonly Node[]): boolean {
  const [work, time] = call.arguments;
  if (!time || (time.type === 'Literal' && time.value === 0)) return false;
  const executor = parents.findLast(
    (each, at) => /Function/.test(each.type) && parents[at - 1]?.type === 'NewExpression',
  );
  const names =
    executor && 'params' in executor && Array.isArray(executor.params)
      ? executor.params.map((each) => nameOf(each))
      : [];
  const first = names[0];
  if (!first || !work) return false;
  if (work.type === 'Identifier') return work.name === first;
  const ends = findAll(work, 'CallExpression').some(({node}) => nameOf(node.callee) === first);
  return ends && /Function/.test(work.type);
}

function rootOf(node: Node): string {
  if (node.type === 'MemberExpression') return rootOf(node.object);
  return node.type === 'CallExpression' ? rootOf(node.callee) : nameOf(node);
}
