import {parentPort, workerData} from 'node:worker_threads';
import type {Task} from './apart.ts';
import {COMPUTE, type Inputs} from './compute.ts';

// the thread is started with nothing else
parentPort?.postMessage(compute(workerData as Task));

function compute<Name extends keyof Inputs>({name, input}: Task<Name>) {
  return COMPUTE[name](input);
}
