import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NS, xml } from '@finesse-ha/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { NotificationLink, type ServicePorts } from '../src/index.js';
import { TestClient } from './support/client.js';
import { configuration, configurationFile } from './support/service.js';

const entry = fileURLToPath(new URL('../dist/service-main.js', import.meta.url));
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function spawn(change: Record<string, unknown> = {}): ChildProcess {
  const child = fork(entry, [configurationFile(configuration(change))], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  children.push(child);
  return child;
}

async function ready(child: ChildProcess): Promise<ServicePorts> {
  const [message] = (await once(child, 'message')) as [{ type: string; ports: ServicePorts }];
  expect(message.type).toBe('ready');
  return message.ports;
}

async function ending(child: ChildProcess): Promise<{ code: number | null; stderr: string }> {
  let stderr = '';
  child.stderr?.on('data', (data) => {
    stderr += data;
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stderr };
}

describe('the notification service as a process', () => {
  it('ends with 2 and names the field of a bad configuration', async () => {
    const { code, stderr } = await ending(spawn({ ports: { xmpp: 'high', xmppTls: 0, webSocket: 0 } }));
    expect(stderr).toContain('ports.xmpp');
    expect(code).toBe(2);
  });

  it('ends with 3 and names a port that is taken', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const { code, stderr } = await ending(spawn({ ports: { xmpp: 0, xmppTls: port, webSocket: 0 } }));
    expect(stderr).toContain(`cannot listen on 127.0.0.1:${port}: the port is taken by another process`);
    expect(code).toBe(3);
    server.close();
  });

  it('says system-shutdown on SIGTERM, and ends with its parent', async () => {
    const child = spawn();
    const client = await TestClient.login({ port: (await ready(child)).xmpp });
    child.kill('SIGTERM');
    await client.until(() => client.failure !== null);
    expect(client.failure?.kind).toBe('system-shutdown');
    const orphan = spawn();
    await ready(orphan);
    const ended = once(orphan, 'exit');
    orphan.disconnect();
    expect((await ended)[0]).toBe(0);
  });

  it('is found again by its link after SIGKILL and a new start', async () => {
    const first = spawn();
    const ports = await ready(first);
    const link = new NotificationLink({
      host: '127.0.0.1',
      port: ports.xmpp,
      domain: 'fin-a',
      password: 'finesse-pw',
    });
    const up = once(link, 'up');
    link.setPresence(true);
    link.start();
    await up;
    const down = once(link, 'down');
    first.kill('SIGKILL');
    await down;
    await expect(link.publish('/finesse/api/SystemInfo', xml('x'))).rejects.toThrow('down');
    const again = once(link, 'up');
    await ready(spawn({ ports }));
    await again;

    const present = once(link, 'presence');
    const agent = await TestClient.login({ transport: 'websocket', port: ports.webSocket });
    expect((await present)[0]).toEqual({ user: '1001', resource: 'test', available: true });
    expect(link.presentUsers()).toEqual(['1001']);
    await agent.presence(undefined);
    await link.publish('/finesse/api/User/1001', xml('notification', { xmlns: NS.pubsub }, 'x'));
    await agent.event('/finesse/api/User/1001');
    await expect(link.publish('/nowhere', xml('x'))).rejects.toThrow('item-not-found');
    const unavailable = agent.presence('unavailable');
    await link.stop();
    await unavailable;
    agent.drop();
  });
});
