/** `transport: 'auto'`: what makes it try the other way, and what it remembers. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { AutoTransport } from '../src/auto-transport.ts';
import type { TransportError } from '../src/index.ts';
import { createPlatform as createBrowserPlatform } from '../src/platform/browser.ts';
import { ScriptedNode } from './support/scripted-node.ts';
import { Subject, startNode } from './support/stage.ts';

const [node, other] = ['https://fin-a', 'https://fin-b'];

describe('the choice', () => {
  test('begins with WebSocket, and goes to BOSH and back where both fail', () => {
    const auto = new AutoTransport();
    expect(auto.way(node)).toBe('websocket');
    auto.failed(node, 'protocol');
    expect(auto.way(node)).toBe('bosh');
    auto.failed(node, 'protocol');
    expect(auto.way(node)).toBe('websocket');
  });

  test.each([
    'refused',
    'unreachable',
    'system-shutdown',
    'overloaded',
    'unauthorized',
    'certificate',
  ] as const)('is not put in doubt by %s', (cause) => {
    const auto = new AutoTransport();
    for (let attempt = 0; attempt < 5; attempt += 1) auto.failed(node, cause);
    expect(auto.way(node)).toBe('websocket');
  });

  test('remembers what got through, there and as the first choice elsewhere', () => {
    const auto = new AutoTransport();
    auto.failed(node, 'closed');
    auto.reached(node);
    for (const cause of ['refused', 'closed', 'timeout', 'unreachable'] as const) auto.failed(node, cause);
    expect(auto.way(node)).toBe('bosh');
    expect(auto.way(other)).toBe('bosh');
  });

  test('forgets it after three attempts in a row that put it in doubt', () => {
    const auto = new AutoTransport();
    auto.reached(node);
    auto.failed(node, 'reset');
    auto.failed(node, 'reset');
    auto.reached(node);
    auto.failed(node, 'reset');
    auto.failed(node, 'timeout');
    expect(auto.way(node)).toBe('websocket');
    auto.failed(node, 'protocol');
    expect(auto.way(node)).toBe('bosh');
  });
});

test('a notification service that is down does not make the client doubt WebSocket', async () => {
  const rest = await startNode();
  const port = await freePort();
  const subject = new Subject([rest], { transport: 'auto', notification: { webSocket: { port } } });
  const connecting = subject.client.connect();
  const refusals = () => subject.client.decisions().filter(({ what }) => what === 'xmpp-refused');
  while (refusals().length < 4) await subject.next(({ type }) => type === 'availability');
  expect(refusals().map(({ why }) => why.split(':')[0])).toEqual(Array(4).fill('refused'));
  const service = await new ScriptedNode().listen(port);
  await connecting;
  expect(service.log[0]).toBe('presence available');
  expect(rest.requests.filter((request) => request.includes('http-bind'))).toEqual([]);
  await subject.client.close();
  await service.close();
});

/** A page's WebSocket, which tells its error to whoever listens and to nobody else. */
class PageWebSocket extends WebSocket {
  constructor(url: string, protocol: string) {
    super(url, protocol);
    this.on('error', () => undefined);
  }
}

describe('in a browser, which is not told why a WebSocket failed', () => {
  const before = globalThis.WebSocket;
  beforeEach(() => {
    Object.assign(globalThis, { WebSocket: PageWebSocket });
  });
  afterEach(() => {
    Object.assign(globalThis, { WebSocket: before });
  });

  const failure = (port: number, tellWhy: boolean) =>
    new Promise<TransportError>((resolve) => {
      const ignore = () => undefined;
      createBrowserPlatform().connect(
        { kind: 'websocket', url: `ws://127.0.0.1:${port}/ws`, tellWhy },
        { onOpen: ignore, onSecured: ignore, onText: ignore, onClose: ignore, onError: resolve },
      );
    });

  test('HTTP tells a node without WebSocket from one that is not there', async () => {
    const proxy = createServer((socket) => {
      socket.on('error', ignore);
      socket.once('data', (data) => {
        if (/upgrade: websocket/i.test(data.toString())) socket.destroy();
        else socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
      });
    });
    const ignore = () => undefined;
    await once(proxy.listen(0, '127.0.0.1'), 'listening');
    const { port } = proxy.address() as AddressInfo;
    expect(await failure(port, true)).toMatchObject({ kind: 'http', httpStatus: undefined });
    expect(await failure(port, false)).toMatchObject({ kind: 'unreachable' });
    proxy.close();
    await once(proxy, 'close');
    expect(await failure(port, true)).toMatchObject({ kind: 'unreachable' });
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
