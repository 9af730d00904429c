/**
 * Loaded into the processes of a gauged lab before their own code, and by inheritance into their workers. To the parent's
 * `{type:'gauge'}` a process answers `{type:'gauge', heapBytes, handles, timers}`, its worker's heap included.
 */
import { isMainThread } from 'node:worker_threads';

const channel = new BroadcastChannel('finesse-ha-gauge');
// Node's has it, the DOM's type does not: nothing may be kept alive for being measured.
(channel as unknown as { unref(): void }).unref();

interface Gauge {
  heapBytes: number;
  handles: number;
  timers: number;
}

/** How often a worker tells. */
const tellEveryMs = 2_000;

function gauge(): Gauge {
  const resources = process.getActiveResourcesInfo();
  const timers = resources.filter((name) => name === 'Timeout' || name === 'Immediate').length;
  return { heapBytes: process.memoryUsage().heapUsed, handles: resources.length - timers, timers };
}

if (isMainThread) {
  let ofWorker: Gauge = { heapBytes: 0, handles: 0, timers: 0 };
  channel.onmessage = (event) => {
    // Only this module's worker half posts here.
    ofWorker = (event as unknown as { data: Gauge }).data;
  };
  process.on('message', (message) => {
    if ((message as { type?: unknown } | null)?.type !== 'gauge') return;
    const own = gauge();
    process.send?.({
      type: 'gauge',
      heapBytes: own.heapBytes + ofWorker.heapBytes,
      handles: own.handles + ofWorker.handles,
      timers: own.timers + ofWorker.timers,
    });
  });
} else setInterval(() => channel.postMessage(gauge()), tellEveryMs).unref();
