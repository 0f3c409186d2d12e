// npm test: installs what is missing, browsers too, and runs every check and test. Prints seconds per suite, and last
// what failed: whoever has only the end of a long output has the reason.
import {spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join, relative} from 'node:path';
import {NODE, ROOT, ready} from '../demo/ready.mjs';
import {installBrowsers} from './journey/drive/install-browsers.mjs';

const started = Date.now();
ready();
await installBrowsers();

const results = mkdtempSync(join(tmpdir(), 'firstword-test-'));
const suites = [
  ['format and lint', ['node_modules/@biomejs/biome/bin/biome', 'ci', '--colors=off']],
  ['build', ['node_modules/vite/bin/vite.js', 'build']],
  ['types', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json', '--noEmit']],
  ['types without the DOM', ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.server.json', '--noEmit']],
  ...['unit', 'page', 'vendor', 'journey', 'alone'].map((name) => [name, vitest(name)]),
];

function vitest(name) {
  const report = `--outputFile.json=${join(results, `${name}.json`)}`;
  return ['node_modules/vitest/vitest.mjs', 'run', '--project', name, '--reporter=default', '--reporter=json', report];
}

/** Names what failed, and why, in the first lines of each reason. */
function failuresIn({testResults}) {
  return testResults.flatMap(({name, message, assertionResults}) => {
    const file = relative(ROOT, name);
    const tests = assertionResults.filter(({status}) => status === 'failed');
    const told = tests.map(({fullName, failureMessages}) => [`${file}: ${fullName}`, failureMessages.join('\n')]);
    return tests.length === 0 && message ? [[file, message]] : told;
  });
}

const total = {passed: 0, failed: 0, skipped: 0};
const table = [];
const failures = [];
for (const [name, args] of suites) {
  console.log(`\n== ${name}`);
  const from = Date.now();
  const {status} = spawnSync(NODE, args, {cwd: ROOT, stdio: 'inherit', env: {...process.env, CI: 'true'}});
  const report = join(results, `${name}.json`);
  const counts = {passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0};
  if (existsSync(report)) {
    const told = JSON.parse(readFileSync(report, 'utf8'));
    const {numPassedTests, numFailedTests, numPendingTests} = told;
    failures.push(...failuresIn(told));
    // a suite that fails without a failed test (a file that does not load) has failed all the same
    Object.assign(counts, {passed: numPassedTests, failed: numFailedTests || (status === 0 ? 0 : 1)});
    counts.skipped = numPendingTests;
  }
  for (const key of Object.keys(total)) total[key] += counts[key];
  table.push(
    `${name.padEnd(24)} ${((Date.now() - from) / 1000).toFixed(1).padStart(6)} s  ${status === 0 ? 'ok' : 'FAILED'}`,
  );
}
rmSync(results, {recursive: true, force: true});

const FIRST_LINES = 12;
for (const [what, why] of failures) {
  console.log(`\nfailed: ${what}\n${why.split('\n').slice(0, FIRST_LINES).join('\n')}`);
}
console.log(
  `\n${table.join('\n')}\n${'in all'.padEnd(24)} ${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s`,
);
console.log(`${total.passed} passed, ${total.failed} failed${total.skipped ? `, ${total.skipped} skipped` : ''}`);
process.exit(total.failed === 0 ? 0 : 1);
