import { execFile } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type HttpRequest, type Platform, probeSystemInfo, type TransportError } from '../src/index.ts';
import { createPlatform as createBrowserPlatform } from '../src/platform/browser.ts';
import { createPlatform as createNodePlatform } from '../src/platform/node.ts';
import { parseRetryAfter } from '../src/platform/transport-error.ts';
import { certificate } from './support/certificates.ts';
import { agentId } from './support/scripted-node.ts';
import { Subject, startNode, startPair } from './support/stage.ts';

const get = (url: string, timeoutMs = 2_000): HttpRequest => ({ method: 'GET', url, headers: {}, timeoutMs });

/** What a page has and Node 20 has not, from parts that behave the same. */
describe('the browser platform', () => {
  const page = new EventTarget();
  const before = { WebSocket: globalThis.WebSocket, addEventListener: globalThis.addEventListener };
  beforeEach(() => {
    Object.assign(globalThis, { WebSocket, addEventListener: page.addEventListener.bind(page) });
  });
  afterEach(() => {
    Object.assign(globalThis, before);
  });

  test('connects, survives the loss of its connection, and listens to the network', async () => {
    const node = await startNode();
    const platform = createBrowserPlatform();
    const subject = new Subject([node], { platform });
    await subject.client.connect();
    page.dispatchEvent(new Event('offline'));
    page.dispatchEvent(new Event('pageshow'));
    const recovered = subject.announced('recovered');
    node.dropSessions('reset');
    page.dispatchEvent(new Event('online'));
    await recovered;
    const network = subject.client.decisions().filter(({ what }) => what === 'network');
    expect(network.map(({ why }) => why)).toEqual(['offline', 'online']);
    await subject.client.close();
    page.dispatchEvent(new Event('offline'));
    expect(subject.client.decisions().filter(({ what }) => what === 'network')).toHaveLength(2);
  });

  test('has no TCP: the option is refused by name', async () => {
    const node = await startNode();
    expect(() => new Subject([node], { platform: createBrowserPlatform(), transport: 'tcp' })).toThrow(
      /transport/,
    );
  });

  test('a WebSocket that cannot be opened at all is an error like any other', async () => {
    const failed = new Promise<TransportError>((resolve) => {
      const ignore = () => undefined;
      createBrowserPlatform().connect(
        { kind: 'websocket', url: 'nonsense:' },
        { onOpen: ignore, onSecured: ignore, onText: ignore, onClose: ignore, onError: resolve },
      );
    });
    expect((await failed).kind).toBe('protocol');
  });

  test('tells an unreachable node and a silent one apart', () =>
    unreachableAndSilent(createBrowserPlatform()));
});

describe('the Node platform', () => {
  test('tells an unreachable node and a silent one apart', () => unreachableAndSilent(createNodePlatform()));

  test('names what is wrong with a certificate', async () => {
    const tls = await certificate({ ip: ['127.0.0.9'] });
    const node = await startNode({ tls, restTls: true });
    const platform = createNodePlatform();
    const untrusted = await probeSystemInfo(platform, node.url, { timeoutMs: 2_000 });
    expect(untrusted.answer).toMatchObject({
      kind: 'certificate',
      detail: expect.stringMatching(/^unknown issuer/),
    });
    const misnamed = await probeSystemInfo(platform, node.url, { timeoutMs: 2_000, ca: tls.cert });
    expect(misnamed.answer).toMatchObject({
      kind: 'certificate',
      detail: expect.stringMatching(/^wrong host/),
    });
    await platform.close();
  });

  test('a WebSocket upgrade answered 503 tells how long to stay away', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () =>
        socket.end('HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n'),
      );
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const error = await new Promise<TransportError>((resolve) => {
      const ignore = () => undefined;
      createNodePlatform().connect(
        { kind: 'websocket', url: `ws://127.0.0.1:${port}/ws` },
        { onOpen: ignore, onSecured: ignore, onText: ignore, onClose: ignore, onError: resolve },
      );
    });
    expect(error).toMatchObject({ kind: 'http', httpStatus: 503, retryAfterMs: 7_000 });
    server.close();
  });

  test('an answer without end is cut off', async () => {
    const server = net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n');
        const more = () => {
          while (!socket.destroyed && socket.write('x'.repeat(65_536)));
        };
        socket.on('drain', more);
        more();
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as net.AddressInfo;
    const platform = createNodePlatform();
    await expect(platform.request(get(`http://127.0.0.1:${port}/`))).rejects.toMatchObject({
      kind: 'protocol',
    });
    await platform.close();
    server.close();
  });

  test('a process ends by itself after close()', async () => {
    const node = await startNode();
    const script = fileURLToPath(new URL('./support/run-and-close.mjs', import.meta.url));
    const { stdout } = await promisify(execFile)(process.execPath, [script, node.url, agentId, 'secret'], {
      timeout: 20_000,
    });
    expect(JSON.parse(stdout)).toEqual({ status: 'idle', handles: 0 });
  });
});

async function unreachableAndSilent(platform: Platform): Promise<void> {
  const [node, other] = await startPair();
  const { url } = other;
  await other.close();
  expect((await probeSystemInfo(platform, url, { timeoutMs: 2_000 })).answer.kind).toBe('unreachable');
  node.rest = 'silent';
  expect((await probeSystemInfo(platform, node.url, { timeoutMs: 50 })).answer).toEqual({ kind: 'timeout' });
  node.rest = 'missing';
  expect((await probeSystemInfo(platform, node.url, { timeoutMs: 2_000 })).answer).toMatchObject({
    kind: 'http-error',
    httpStatus: 404,
  });
  const controller = new AbortController();
  controller.abort();
  const aborted = platform.request({ ...get(node.url), signal: controller.signal });
  await expect(aborted).rejects.toMatchObject({ name: 'TransportError', kind: 'aborted' });
  await platform.close();
}

test('Retry-After: seconds, a date, or nonsense', () => {
  const now = Date.parse('2026-11-23T08:00:00Z');
  expect(parseRetryAfter('120', now)).toBe(120_000);
  expect(parseRetryAfter('Mon, 23 Nov 2026 08:01:00 GMT', now)).toBe(60_000);
  expect(parseRetryAfter('Mon, 23 Nov 2026 07:00:00 GMT', now)).toBe(0);
  expect(parseRetryAfter('soon', now)).toBeUndefined();
  expect(parseRetryAfter(undefined, now)).toBeUndefined();
});
