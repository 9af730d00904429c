/** Where the notification service of a node is looked for, by its release and the options. */
import { parseSystemInfo, type SystemInfo } from '@finesse-ha/protocol';
import { expect, test } from 'vitest';
import { NodeDirectory } from '../src/node-directory.ts';
import type { NotificationOptions, Transport } from '../src/options.ts';

const old: SystemInfo = parseSystemInfo(
  '<SystemInfo><status>IN_SERVICE</status><xmppDomain>fin-a.example</xmppDomain><primaryNode><host>fin-a.example</host></primaryNode></SystemInfo>',
);
const modern: SystemInfo = { ...old, primaryNode: { host: 'fin-a.example', httpsPort: 8445 } };

function targetOf(
  info: SystemInfo,
  transport: Transport,
  notification: NotificationOptions = {},
  node = 'https://fin-a.example:8445',
): unknown {
  const options = { nodes: [node], learnAlternate: true, transport, notification, ca: undefined };
  const directory = new NodeDirectory(options);
  const answer = { kind: 'status', status: 'in-service', heartbeat: 'unknown' } as const;
  directory.learn(node, { answer, systemInfo: info, dateAt: null });
  const target = directory.endpoint(node)?.target;
  return target === undefined || !('url' in target) ? target : target.url;
}

test.each<[string, string, SystemInfo, Transport, NotificationOptions]>([
  ['wss://fin-a.example:8445/ws', '12.6', modern, 'websocket', {}],
  ['https://fin-a.example:8445/http-bind', '12.6', modern, 'bosh', {}],
  ['wss://fin-a.example:7443/ws', 'before 12.6', old, 'websocket', {}],
  ['https://fin-a.example:7443/http-bind', 'before 12.6', old, 'bosh', {}],
  ['http://fin-a.example:7071/http-bind', 'before 12.6', old, 'bosh', { bosh: { tls: false } }],
  ['http://fin-a.example:7071/http-bind', '12.6', modern, 'bosh', { bosh: { tls: false } }],
  ['https://fin-a.example:7443/http-bind', '12.6', modern, 'bosh', { bosh: { port: 7443 } }],
  ['ws://fin-a.example:7071/ws', 'before 12.6', old, 'websocket', { webSocket: { tls: false } }],
])('%s is where %s has it', (expected, _release, info, transport, notification) => {
  expect(targetOf(info, transport, notification)).toBe(expected);
});

test('what is said of one node counts for that node', () => {
  const nodes = { 'https://fin-a.example:8445': { bosh: { path: '/proxy/http-bind' } } };
  const found = targetOf(modern, 'bosh', { bosh: { port: 9443 }, nodes });
  expect(found).toBe('https://fin-a.example:9443/proxy/http-bind');
});
