import { once } from 'node:events';
import { NS, xml } from '@finesse-ha/protocol';
import { expect, it } from 'vitest';
import { NotificationLink } from '../src/index.js';
import { startService } from './support/service.js';

const pingIntervalMs = 100;

/** Stands still as a full collection does: nothing runs, and what arrives waits. */
function standStill(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

it('a pause of its own process is not taken for the silence of the service', async () => {
  const { service, ports } = await startService();
  const link = new NotificationLink({
    host: '127.0.0.1',
    port: ports.xmpp,
    domain: 'fin-a',
    password: 'finesse-pw',
    pingIntervalMs,
  });
  const downs: string[] = [];
  link.on('down', ({ cause }) => downs.push(cause));
  try {
    const up = once(link, 'up');
    link.setPresence(true);
    link.start();
    await up;
    standStill(20 * pingIntervalMs);
    // Longer than a ping would have had to be answered: had it been held against the link, it would be down by now.
    await new Promise((resolve) => setTimeout(resolve, 2 * pingIntervalMs));
    await link.publish('/finesse/api/SystemInfo', xml('notification', { xmlns: NS.pubsub }, 'x'));
    expect(downs).toEqual([]);
  } finally {
    await link.stop();
    await service.stop();
  }
});
