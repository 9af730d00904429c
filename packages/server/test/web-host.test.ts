import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { parseSystemInfo } from '@finesse-ha/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { NodeConfigInput } from '../src/web-app/config.ts';
import { PeerNode } from '../src/web-app/peer.ts';
import { certificateFor } from './support/certificates.ts';
import { lonelyConfig } from './support/config.ts';
import { ENTRIES, TestProcess } from './support/processes.ts';
import { basic, RestClient } from './support/rest.ts';

const running: TestProcess[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
});

function start(config: unknown): TestProcess {
  const started = new TestProcess(ENTRIES.webHost, config);
  running.push(started);
  return started;
}

/** A web host that reaches nothing, with its web app up. */
async function lonelyHost(change: Partial<NodeConfigInput> = {}) {
  const host = start(lonelyConfig(change));
  const { restPort } = await host.ready();
  await host.message((message) => message.type === 'web-app' && message.state === 'up');
  return { host, port: Number(restPort), rest: new RestClient(`http://127.0.0.1:${restPort}`) };
}

/** What the host answers to bytes on a plain socket, until it closes the connection. */
function raw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      answer += chunk;
    });
    // Reset while it still sent is a normal end for a client that sends too much.
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
  });
}

describe('web host process', () => {
  const origin = 'https://desk.test';
  let shared: Awaited<ReturnType<typeof lonelyHost>>;
  beforeAll(async () => {
    shared = await lonelyHost({ allowedOrigins: [origin] });
    // It lives through all tests; the clean-up after each is not for it.
    running.splice(0);
  });
  afterAll(async () => {
    await shared.host.end('SIGKILL');
  });

  it('ends with 2 and one clear line for a configuration that cannot be used', async () => {
    const host = start({ ...lonelyConfig(), restPort: 'eighty' });
    expect(await host.exited).toBe(2);
    expect(host.output.trim()).toMatch(/^finesse-ha web host: .*config\.json: restPort: [^\n]*$/);
  });

  it('ends with 2 when a certificate cannot be read', async () => {
    const host = start(lonelyConfig({ tls: { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' } }));
    expect(await host.exited).toBe(2);
    expect(host.output).toMatch(/tls: ENOENT.*cert\.pem/);
  });

  it('ends with 3 and one clear line when the port is taken', async () => {
    const holder = createServer();
    const port = await new Promise<number>((resolve) => {
      holder.listen(0, '127.0.0.1', () => resolve((holder.address() as { port: number }).port));
    });
    const host = start(lonelyConfig({ restPort: port }));
    expect(await host.exited).toBe(3);
    expect(host.output).toContain(`cannot listen on 127.0.0.1:${port}: the port is taken by another process`);
    holder.close();
  });

  it('serves SystemInfo with every field to anyone, and 503 for the rest, while it reaches nothing', async () => {
    const { rest } = shared;
    const answer = await rest.systemInfo();
    expect(answer.status).toBe(200);
    const info = parseSystemInfo(answer.body);
    expect(info).toMatchObject({
      deploymentType: 'UCCE',
      lastCTIHeartbeatStatus: 'failure',
      ctiVersion: '23',
      ctiHeartbeatInterval: 5,
      ctiMMode: '',
      ctiTimeInMMode: -1,
      finesseMMode: '',
      finesseTimeInMMode: -1,
      license: '',
      peripheralId: '5000',
      primaryNode: { host: 'node-a.test', httpsPort: 8445, xmppPort: 5222, xmppSecurePort: 5223 },
      secondaryNode: { host: 'node-b.test', httpsPort: 8445, xmppPort: 5222, xmppSecurePort: 5223 },
      status: 'OUT_OF_SERVICE',
      statusReason: 'The connection to the CTI server is down',
      systemAuthMode: 'NON_SSO',
      uri: '/finesse/api/SystemInfo',
      xmppDomain: 'node-a.test',
      xmppPubSubDomain: 'pubsub.node-a.test',
      ctiServers: [{ host: '127.0.0.1', connectedDuration: 0, active: false }],
      unknown: [],
    });
    expect(Date.parse(info.currentTimestamp)).not.toBeNaN();
    const user = await rest.get('/finesse/api/User/1001001', '1001001');
    expect(user.status).toBe(503);
    expect(user.headers.get('retry-after')).toBe('3');
    expect(user.body).toContain('SERVER_OUT_OF_SERVICE');
  });

  it('answers SystemInfo with 503 as well where it is told to', async () => {
    const { rest } = await lonelyHost({ systemInfoStatusWhenOutOfService: 503 });
    const answer = await rest.systemInfo();
    expect(answer.status).toBe(503);
    expect(parseSystemInfo(answer.body).status).toBe('OUT_OF_SERVICE');
  });

  it('answers like a servlet container while the web app is killed, and serves again after a start', async () => {
    const { host, rest } = shared;
    await host.webApp('kill');
    const answer = await rest.systemInfo();
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.body).toContain('HTTP Status 404');
    await host.webApp('start');
    expect((await rest.systemInfo()).status).toBe(200);
  });

  it('knows nothing outside the web app', async () => {
    const { rest } = shared;
    const answer = await rest.request('/<script>');
    expect(answer.status).toBe(404);
    expect(answer.body).not.toContain('<script>');
    expect(answer.headers.get('content-type')).toContain('text/html');
  });

  it('outlives hostile requests', async () => {
    const { port, rest } = shared;
    const head = 'PUT /finesse/api/User/1001001 HTTP/1.1\r\nHost: x\r\n';
    const large = 'x'.repeat(70_000);
    expect(await raw(port, `${head}Content-Length: 99999999\r\n\r\n`)).toContain('413');
    expect(await raw(port, `${head}Transfer-Encoding: chunked\r\n\r\n11170\r\n${large}\r\n`)).toContain(
      '413',
    );
    expect(await raw(port, `GET / HTTP/1.1\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`)).toContain('431');
    expect(await raw(port, '\u0016\u0003\u0001 this is no HTTP\r\n\r\n')).toContain('400');
    expect(
      await raw(port, 'PROPFIND /finesse/api/User HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'),
    ).toContain('501');
    const both = `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`;
    expect(await raw(port, both)).toMatch(/^HTTP\/1\.1 (400|503)/);
    expect((await rest.systemInfo()).status).toBe(200);
  });

  it('sheds what it cannot take, with a time to come back, and then serves again', async () => {
    const { port, rest } = await lonelyHost({ limits: { inFlight: 1, queued: 1 } });
    const get = 'GET /finesse/api/SystemInfo HTTP/1.1\r\nHost: x\r\n';
    const answers = await raw(port, `${`${get}\r\n`.repeat(10)}${get}Connection: close\r\n\r\n`);
    const statuses = [...answers.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1]);
    expect(statuses).toHaveLength(11);
    expect(statuses[0]).toBe('200');
    expect(statuses).toContain('503');
    expect(answers.toLowerCase()).toContain('retry-after: 3');
    expect((await rest.systemInfo()).status).toBe(200);
  });

  it('answers preflights of allowed origins itself, even for a web app that is down', async () => {
    const { host, rest } = shared;
    const preflight = () =>
      rest.request('/finesse/api/User/1001001', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'authorization,requestid,content-type',
        },
      });
    expect((await preflight()).status).toBe(204);
    await host.webApp('kill');
    const answer = await preflight();
    expect(answer.status).toBe(204);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    const get = await rest.request('/finesse/api/SystemInfo', { headers: { origin } });
    expect([get.status, get.headers.get('access-control-allow-origin')]).toEqual([404, origin]);
    const other = await rest.request('/finesse/api/SystemInfo', { headers: { origin: 'https://evil.test' } });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    await host.webApp('start');
  });

  it('refuses what a page of another site makes a browser send (CSRF)', async () => {
    const { rest } = shared;
    const send = (from: string, method = 'POST') =>
      rest.request('/finesse/api/User/1001001/Dialogs', {
        method,
        headers: {
          origin: from,
          authorization: basic('1001001', 'pw-1001001'),
          'content-type': 'text/plain',
        },
        ...(method === 'GET' ? {} : { body: '<Dialog/>' }),
      });
    expect((await send('https://evil.example')).status).toBe(403);
    expect((await send('null')).status).toBe(403);
    // The web app itself is out of service here and says so to whoever gets through.
    expect((await send(origin)).status).toBe(503);
    expect((await send(rest.base)).status).toBe(503);
    expect((await send('https://evil.example', 'GET')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('closes connections beyond its bound, and serves the others', async () => {
    const { port, rest } = await lonelyHost({ limits: { connections: 2 } });
    const held = [connect(port, '127.0.0.1'), connect(port, '127.0.0.1')];
    await Promise.all(held.map((socket) => once(socket, 'connect')));
    expect(await raw(port, 'GET /finesse/api/SystemInfo HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    held.pop()?.destroy();
    // With three quarters of them taken it keeps none open for another request; the place is free once it has seen that one go.
    let answer = '';
    while (answer === '') answer = await raw(port, 'GET /finesse/api/SystemInfo HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close/i);
    for (const socket of held) socket.destroy();
    expect((await rest.until((answer) => answer.status === 200)).status).toBe(200);
  });

  it('cuts off who sends a request too slowly, and nobody else', async () => {
    const { port, rest } = await lonelyHost({ limits: { headersMs: 200, requestMs: 400 } });
    const head = 'PUT /finesse/api/User/1001001 HTTP/1.1\r\nHost: x\r\n';
    const slow = [raw(port, ''), raw(port, head), raw(port, `${head}Content-Length: 9\r\n\r\n<User>`)];
    const [nothing, headers, body] = await Promise.all(slow);
    expect(nothing).toMatch(/^(HTTP\/1\.1 408|$)/);
    expect(headers).toMatch(/^HTTP\/1\.1 408/);
    expect(body).toMatch(/^HTTP\/1\.1 408/);
    expect((await rest.systemInfo()).status).toBe(200);
  });

  it("answers the peer's question only with the secret", async () => {
    const { rest } = shared;
    const path = '/finesse/internal/presence/1001001';
    const ask = (secret: string) => rest.request(path, { headers: { 'finesse-ha-secret': secret } });
    // It cannot know while it has no link to its notification service, and does not pretend to.
    expect((await ask('shared-secret')).status).toBe(503);
    expect((await ask('guess')).status).toBe(404);
    const asAgent = { authorization: basic('1001001', 'pw-1001001') };
    expect((await rest.request(path, { headers: asAgent })).status).toBe(404);
    const encoded = '/finesse/%69nternal/presence/1001001';
    expect((await rest.request(encoded, { headers: asAgent })).status).toBe(404);
  });

  it('speaks HTTPS where it has a certificate, to a peer that trusts it', async () => {
    const tls = await certificateFor('127.0.0.1');
    const host = start(lonelyConfig({ tls }));
    const { restPort } = await host.ready();
    await host.message((message) => message.type === 'web-app' && message.state === 'up');
    const url = `https://127.0.0.1:${restPort}`;
    const peer = new PeerNode({ url, secret: 'shared-secret', caFile: tls.certFile });
    await expect(peer.ask('1001001')).rejects.toThrow('503');
    await expect(new PeerNode({ url, secret: 'shared-secret' }).ask('1001001')).rejects.toThrow(
      /self-signed/,
    );
    const stranger = new PeerNode({ url, secret: 'guess', caFile: tls.certFile });
    await expect(stranger.ask('1001001')).rejects.toThrow('404');
  });

  it('stops in good order on SIGTERM', async () => {
    const { host } = await lonelyHost();
    expect(await host.end('SIGTERM')).toBe(0);
  });

  it('does not outlive its parent', async () => {
    const { host } = await lonelyHost();
    host.child.disconnect();
    expect(await host.exited).toBe(0);
  });
});
