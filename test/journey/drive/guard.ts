/**
 * Cleans up after a test process that ended without doing so itself, however it ended. It runs as a process of its own
 * and reads lines of JSON, each the whole list of belongings; the end of the input is the end of the test process.
 */
import {rmSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {type Belongings, endFamiliesFully} from './families.ts';

let belongings: Belongings[] = [];

const lines = createInterface({input: process.stdin});
lines.on('line', (line) => {
  // Our own room.ts wrote it.
  belongings = JSON.parse(line) as Belongings[];
});
lines.on('close', async () => {
  await endFamiliesFully(belongings.flatMap((each) => each.families));
  for (const {folder} of belongings) rmSync(folder, {recursive: true, force: true, maxRetries: 5});
});
