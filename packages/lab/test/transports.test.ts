/** The same failures over every transport, with TLS and a certificate that only the `ca` option makes good. */
import { type ClientOptions, FinesseClient } from '@finesse-ha/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FaultName, type Lab, type NodeName, startLab } from '../src/index.js';

const faults: FaultName[] = ['xmpp-connection', 'notification-service', 'web-app'];
const other: Record<NodeName, NodeName> = { primary: 'secondary', secondary: 'primary' };

let lab: Lab;
beforeAll(async () => {
  lab = await startLab({ agents: 4, tls: true });
});
afterAll(() => lab?.stop());

/** A proxy or an old server may refuse WebSocket: here nothing is served under its path. */
function withoutWebSocket(options: ClientOptions): ClientOptions {
  const nodes = Object.entries(options.notification?.nodes ?? {}).map(([url, endpoint]) => [
    url,
    { ...endpoint, webSocket: { ...endpoint.webSocket, path: '/nothing-here' } },
  ]);
  return { ...options, notification: { nodes: Object.fromEntries(nodes) } };
}

describe.each<[string, string, (options: ClientOptions) => ClientOptions]>([
  ['websocket', '1001001', (options) => ({ ...options, transport: 'websocket' })],
  ['tcp', '1001002', (options) => ({ ...options, transport: 'tcp' })],
  ['bosh', '1001003', (options) => ({ ...options, transport: 'bosh' })],
  [
    'auto, where WebSocket is refused',
    '1001004',
    (options) => ({ ...withoutWebSocket(options), transport: 'auto' }),
  ],
])('over %s', (_name, agentId, change) => {
  let client: FinesseClient;

  /** Resolves when the client tells something after which it is so. */
  function until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        stop();
        resolve();
      };
      const stop = client.on('*', look);
      look();
    });
  }
  const isOn = (node: NodeName) =>
    client.availability.status === 'in-service' && client.availability.node === lab.url(node);

  beforeAll(async () => {
    client = new FinesseClient(change(lab.clientOptions(agentId)));
    await client.connect();
    await client.signIn();
  });
  afterAll(() => client?.close());

  it.each(faults)('an agent is moved by a failure of %s, and hears updates again', async (fault) => {
    const node = lab.nodeOf(client.availability.node ?? '') as NodeName;
    await lab.fault(fault, { node });
    await until(() => isOn(other[node]));
    const state = client.user?.state === 'READY' ? 'NOT_READY' : 'READY';
    await client.setState(state);
    await until(() => client.user?.state === state);
    await lab.heal(fault, { node });
    await lab.waitInService(node);
    expect(isOn(other[node])).toBe(true);
  });
});
