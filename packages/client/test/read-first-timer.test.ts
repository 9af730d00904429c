import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { createPlatform } from '../src/index.js';

/** In the first cell: 1 asked, 2 the client stands still, 3 answered. */
const [asked, still, answered] = [1, 2, 3];

/** A server in a thread of its own: it answers while the client's thread stands still, and says when. */
async function startServer(cells: Int32Array): Promise<{ worker: Worker; port: number }> {
  const worker = new Worker(
    `const { createServer } = require('node:http');
    const { parentPort, workerData: cells } = require('node:worker_threads');
    const server = createServer((request, response) => {
      Atomics.store(cells, 0, ${asked});
      Atomics.wait(cells, 0, ${asked}, 20_000);
      response.end('answer', () => {
        Atomics.store(cells, 0, ${answered});
        Atomics.notify(cells, 0);
      });
    });
    server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));`,
    { eval: true, workerData: cells },
  );
  const [port] = (await once(worker, 'message')) as [number];
  return { worker, port };
}

it('an answer that arrived in time counts, although the process was held up until after its time', async () => {
  const cells = new Int32Array(new SharedArrayBuffer(4));
  const { worker, port } = await startServer(cells);
  const platform = createPlatform();
  const timeoutMs = 1_000;
  const order: string[] = [];
  try {
    const sentAt = performance.now();
    const request = { method: 'GET', url: `http://127.0.0.1:${port}/`, headers: {}, timeoutMs } as const;
    const response = platform.request(request).then(({ body }) => {
      order.push(body);
      return body;
    });
    const fired = new Promise<void>((resolve) => {
      platform.setTimer(timeoutMs, () => {
        order.push('timer');
        resolve();
      });
    });
    const inTime = () => performance.now() < sentAt + timeoutMs;
    while (Atomics.load(cells, 0) !== asked && inTime()) await new Promise(setImmediate);
    expect(Atomics.load(cells, 0), 'the question did not arrive in time').toBe(asked);
    Atomics.store(cells, 0, still);
    Atomics.notify(cells, 0);
    Atomics.wait(cells, 0, still, 20_000);
    while (performance.now() < sentAt + timeoutMs + 50);
    expect(await response).toBe('answer');
    await fired;
    expect(order).toEqual(['answer', 'timer']);
  } finally {
    await platform.close();
    await worker.terminate();
  }
});

it('does not fire once it is cleared, not even when its time has come already', async () => {
  const platform = createPlatform();
  const fired: string[] = [];
  platform.clearTimer(platform.setTimer(0, () => fired.push('cleared')));
  const due = platform.setTimer(10, () => fired.push('cleared when due'));
  // Begun later for the same time, so that it comes between that timer's time and its firing.
  setTimeout(() => platform.clearTimer(due), 10);
  await new Promise<void>((resolve) => void platform.setTimer(30, resolve));
  expect(fired).toEqual([]);
  await platform.close();
});
