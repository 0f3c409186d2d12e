import {spawn} from 'node:child_process';
import {createHash} from 'node:crypto';
import {readdirSync, readFileSync} from 'node:fs';
import {createServer} from 'node:http';
import {join} from 'node:path';
import {expect, onTestFinished, test} from 'vitest';
import {waitUntil} from './drive/index.ts';
import {listenAnywhere} from './drive/port.ts';

/** Lists every built file with its hash. */
function hashes(folder: string): string[] {
  return readdirSync(folder, {recursive: true, withFileTypes: true})
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => `${createHash('sha256').update(readFileSync(path)).digest('hex')} ${path}`);
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false; // gone
  }
};

test('npm start builds the same bytes again, passes over a taken port and says so, and Ctrl-C leaves no process', async () => {
  const before = hashes('dist');
  const taken = createServer();
  const port = await listenAnywhere(taken);
  onTestFinished(() => void taken.close());
  const npm = spawn('npm', ['start'], {env: {...process.env, PORT: String(port)}, detached: true});
  const {pid} = npm;
  if (pid === undefined) throw new Error('npm could not be started');
  onTestFinished(() => {
    if (alive(-pid)) process.kill(-pid, 'SIGKILL');
  });
  let said = '';
  npm.stdout.on('data', (chunk) => {
    said += chunk;
  });
  npm.stderr.on('data', (chunk) => {
    said += chunk;
  });
  await waitUntil(
    () => said.includes('Ctrl-C stops it'),
    () => `npm start to be ready; it said: ${said}`,
    110_000,
  );
  expect(said).toContain(`Port ${port} is in use`);
  expect(said).toContain('a simulated model');
  expect(hashes('dist')).toEqual(before);
  const url = /(http:\/\/127\.0\.0\.1:\d+)\/checkout/.exec(said)?.[1] ?? '';
  for (const path of [
    '/',
    '/checkout',
    '/help',
    '/dashboard',
    '/v1/summary',
    '/metrics',
    '/firstword.js',
    '/script-inventory.html',
    '/script-inventory.json',
    '/chat?fw=hello',
  ]) {
    expect((await fetch(url + path)).status, path).toBe(200);
  }

  process.kill(-pid, 'SIGINT'); // what a terminal does: to everything that was started from it
  await waitUntil(
    () => !alive(-pid),
    () => 'every process of npm start to end',
  );
  await expect(fetch(url)).rejects.toThrow();
});
