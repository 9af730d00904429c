/** Who connects and does not log in: cut off on every port in the time that is configured. */
import { connect } from 'node:net';
import { NS, xml } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { say, TestClient } from './support/client.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
beforeAll(async () => {
  running = await startService({ limits: { unauthenticatedMs: 1_500 } });
});
afterAll(() => running.service.stop());

/** Everything heard until the connection ends. */
function heard(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

describe.concurrent('a client that is slow to log in is cut off', () => {
  const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='fin-a' version='1.0'>`;

  it('over TCP, with a stream error, whoever has logged in is not', async () => {
    const well = await TestClient.login({ port: running.ports.xmpp });
    expect(await say(running.ports.xmpp, header)).toContain('<connection-timeout ');
    expect((await well.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }))).attrs.type).toBe('result');
    well.drop();
  });

  it('over TLS before the handshake', async () => {
    expect(await heard(running.ports.xmppTls, '')).toBe('');
  });

  it('over HTTP, before the WebSocket or the BOSH session', async () => {
    const { webSocket } = running.ports;
    const head = 'POST /http-bind HTTP/1.1\r\nHost: fin-a\r\n';
    const [silent, headers, body] = await Promise.all([
      heard(webSocket, ''),
      heard(webSocket, head),
      heard(webSocket, `${head}Content-Length: 500\r\n\r\n<body`),
    ]);
    expect(silent).toMatch(/^(HTTP\/1\.1 408|$)/);
    expect(headers).toMatch(/^HTTP\/1\.1 408/);
    expect(body).toMatch(/^HTTP\/1\.1 (400|408)/);
  });
});
