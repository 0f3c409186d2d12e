import {Worker} from 'node:worker_threads';
import type {Reports} from '../protocol/index.ts';
import {COMPUTE, type Inputs, ROW_COUNT} from './compute.ts';

/** So many turns and tasks at least are worth a thread: fewer take less time than starting it. */
export const APART_ROW_COUNT = 3000;

/** Computes apart from the thread that takes beacons. */
export interface Apart {
  /**
   * Makes a report, of APART_ROW_COUNT rows and more in a thread of its own, which ends with it.
   *
   * @throws What was thrown there, or Error when it ended without a report.
   */
  compute<Name extends keyof Inputs>(name: Name, input: Inputs[Name]): Promise<Reports[Name]>;
  /** Ends what is under way: it fails. */
  close(): Promise<void>;
}

/** What the thread is told. */
export interface Task<Name extends keyof Inputs = keyof Inputs> {
  name: Name;
  input: Inputs[Name];
}

/** Makes what starts these threads. */
export function createApart(): Apart {
  const running = new Set<Worker>();
  // as source where this is source, as it was built where this was
  const module = new URL(`./apart-thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);
  return {
    async compute<Name extends keyof Inputs>(name: Name, input: Inputs[Name]) {
      if (ROW_COUNT[name](input) < APART_ROW_COUNT) return COMPUTE[name](input);
      const task: Task<Name> = {name, input};
      const worker = new Worker(module, {workerData: task});
      running.add(worker);
      return new Promise<Reports[Name]>((resolve, reject) => {
        worker.once('message', (report: Reports[Name]) => resolve(report));
        worker.once('error', reject);
        worker.once('exit', () => {
          running.delete(worker);
          reject(new Error(`the report ${name} was not finished`));
        });
      });
    },
    async close() {
      await Promise.all([...running].map((worker) => worker.terminate()));
    },
  };
}
