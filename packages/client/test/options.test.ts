import { expect, test } from 'vitest';
import { type ClientOptions, FinesseClient, OptionError } from '../src/index.ts';

const good: ClientOptions = { nodes: ['https://fin-a.example:8445'], user: '1001001', password: 'secret' };

function refusal(change: Record<string, unknown>): OptionError {
  try {
    new FinesseClient({ ...good, ...change } as ClientOptions);
  } catch (error) {
    if (error instanceof OptionError) return error;
    throw error;
  }
  throw new Error(`not refused: ${JSON.stringify(change)}`);
}

for (const [option, change] of [
  ['nodes', { nodes: [] }],
  ['nodes', { nodes: ['https://a', 'https://b', 'https://c'] }],
  ['nodes', { nodes: 'https://a' }],
  ['nodes[0]', { nodes: ['fin-a'] }],
  ['nodes[0]', { nodes: ['ftp://fin-a'] }],
  ['nodes[0]', { nodes: ['https://me:pw@fin-a'] }],
  ['nodes[0]', { nodes: ['https://fin-a/finesse/api'] }],
  ['nodes[1]', { nodes: ['https://fin-a:443', 'https://fin-a'] }],
  ['user', { user: '' }],
  ['user', { user: 'a@b' }],
  ['password', { password: undefined }],
  ['resource', { resource: 'desktop' }],
  ['transport', { transport: 'carrier-pigeon' }],
  ['ca', { ca: '/etc/ssl/finesse.pem' }],
  ['notification.webSocket.port', { notification: { webSocket: { port: 0 } } }],
  ['notification.webSocket.path', { notification: { webSocket: { path: 'ws' } } }],
  ['notification.tcp.tls', { notification: { tcp: { tls: 'maybe' } } }],
  ['notification.nodes["fin-b"]', { notification: { nodes: { 'fin-b': {} } } }],
  ['failover.pingIntervalMs', { failover: { pingIntervalMs: -1 } }],
  ['failover.pingEvery', { failover: { pingEvery: 1 } }],
  ['resync', { resync: 'none' }],
  ['onLoggedOut', { onLoggedOut: 'ignore' }],
  ['actionTimeoutMs', { actionTimeoutMs: Number.NaN }],
] as const) {
  test(`${option} ${JSON.stringify(change)} is refused by name`, () => {
    const error = refusal(change);
    expect(error.option).toBe(option);
    expect(error.message).toContain(option);
  });
}

test('the password shows up nowhere', () => {
  const client = new FinesseClient(good);
  expect(JSON.stringify(client)).not.toContain('secret');
  expect(Object.values(client)).toEqual([]);
});

test('before connecting: idle, both nodes unknown', () => {
  const client = new FinesseClient({
    ...good,
    nodes: ['https://fin-a.example:8445', 'https://fin-b.example:8445'],
  });
  expect(client.availability).toMatchObject({ status: 'idle', node: 'https://fin-a.example:8445' });
  expect(client.availability.nodes.map(({ systemInfo }) => systemInfo)).toEqual(['unknown', 'unknown']);
  expect(client.decisions()).toEqual([]);
});
