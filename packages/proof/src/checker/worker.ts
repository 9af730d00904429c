/** A worker thread that explores one share of one configuration of the shipping core. */
import { parentPort, workerData } from 'node:worker_threads';
import * as core from '@finesse-ha/failover';
import { check } from './check.js';
import { configurations } from './configurations.js';
import type { Share } from './explore.js';

/** What a worker is given. */
export interface Assignment {
  readonly configuration: string;
  readonly disturbances: number;
  readonly share: Share;
  readonly thorough: boolean;
}

const { configuration: name, disturbances, share, thorough } = workerData as Assignment;
const known = configurations.find((one) => one.name === name);
if (known === undefined) throw new RangeError(`there is no configuration ${name}`);
const result = check(
  { ...known, disturbances },
  core,
  {
    thorough,
    onProgress: (states, transitions) => parentPort?.postMessage({ type: 'progress', states, transitions }),
  },
  share,
);
parentPort?.postMessage({ type: 'result', result });
