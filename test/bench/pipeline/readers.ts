// Reads answers in a thread of its own, so that the server's event loop has only the server's work.
import {parentPort, workerData} from 'node:worker_threads';
import {ask} from '../../server/ask.ts';

/** What the readers are to do. */
export interface Reading {
  url: string;
  /** How many read at the same time, and how many answers each reads. */
  streamCount: number;
  roundCount: number;
}

/** What they saw. */
export interface Read {
  /** Answers that were refused, broken off or without an end, each with why. */
  errors: string[];
  wholeCount: number;
  /** The most answers that were being read at one time. */
  peakCount: number;
  deltaCount: number;
}

const read: Read = {errors: [], wholeCount: 0, peakCount: 0, deltaCount: 0};
let openCount = 0;

async function readOne(url: string, id: string): Promise<void> {
  const question = ask('How long does delivery take, and what does it cost?', {fw: {key: id}, body: {id}});
  const headers = {'content-type': 'application/json'};
  const response = await fetch(url, {method: 'POST', headers, body: await question.text()});
  if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
  read.peakCount = Math.max(read.peakCount, ++openCount);
  try {
    let tail = '';
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      read.deltaCount += text.split('"type":"text-delta"').length - 1;
      tail = (tail + text).slice(-1_000);
    }
    if (!tail.includes('"type":"finish"') || !tail.endsWith('[DONE]\n\n')) throw new Error('no end');
    read.wholeCount++;
  } finally {
    openCount--;
  }
}

const {url, streamCount, roundCount} = workerData as Reading; // whoever starts this says so
await Promise.all(
  Array.from({length: streamCount}, async (_, stream) => {
    for (let round = 0; round < roundCount; round++) {
      await readOne(url, `${stream}-${round}`).catch((error: unknown) => read.errors.push(String(error)));
    }
  }),
);
parentPort?.postMessage(read);
