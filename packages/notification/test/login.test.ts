import { NS } from '@finesse-ha/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { say, TestClient } from './support/client.js';
import { auth, header } from './support/raw.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
afterEach(() => running.service.stop());

describe('login', () => {
  it.each(['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256'])('with %s, over every transport', async (mechanism) => {
    running = await startService({ mechanisms: [mechanism] });
    const { xmpp, xmppTls, webSocket } = running.ports;
    const ways = [
      { transport: 'tcp', port: xmpp },
      { transport: 'starttls', port: xmpp },
      { transport: 'tls', port: xmppTls },
      { transport: 'websocket', port: webSocket },
    ] as const;
    for (const way of ways) {
      const client = await TestClient.login({ ...way, resource: way.transport });
      expect(client.jid).toBe(`1001@fin-a/${way.transport}`);
      client.drop();
    }
  });

  it('refuses the wrong password, an unknown user alike, and locks the user after five', async () => {
    running = await startService({ mechanisms: ['PLAIN'] });
    const port = running.ports.xmpp;
    const failureOf = async (user: string, password: string) => {
      const client = new TestClient({ port, user, password });
      await client.until(() => client.failure !== null);
      client.drop();
      return client.failure?.condition;
    };
    expect(await failureOf('nobody', 'x')).toBe('not-authorized');
    for (let attempt = 0; attempt < 5; attempt += 1)
      expect(await failureOf('1001', 'wrong')).toBe('not-authorized');
    // Locked: even the right one does not help now, and it is said to be a passing trouble.
    expect(await failureOf('1001', 'pw-1001')).toBe('temporary-auth-failure');
    await TestClient.login({ port, user: '1002' });
  });

  it.each(['SCRAM-SHA-1', 'SCRAM-SHA-256'])(
    'refuses the wrong password with %s, an unknown user alike',
    async (mechanism) => {
      running = await startService({ mechanisms: [mechanism] });
      for (const user of ['1001', 'nobody']) {
        const client = new TestClient({ port: running.ports.xmpp, user, password: 'wrong' });
        await client.until(() => client.failure !== null);
        expect(client.failure).toMatchObject({ kind: 'unauthorized', condition: 'not-authorized' });
        client.drop();
      }
    },
  );

  it('locks a name that is nobody\u2019s as it locks a user', async () => {
    running = await startService({ mechanisms: ['PLAIN'] });
    const last = async (user: string) => {
      let condition: string | undefined;
      for (let attempt = 0; attempt < 6; attempt += 1) {
        const client = new TestClient({ port: running.ports.xmpp, user, password: 'wrong' });
        await client.until(() => client.failure !== null);
        condition = client.failure?.condition;
        client.drop();
      }
      return condition;
    };
    expect([await last('nobody'), await last('1001')]).toEqual([
      'temporary-auth-failure',
      'temporary-auth-failure',
    ]);
  });

  it('refuses a password that comes in the clear where TLS is required', async () => {
    running = await startService({ requireTls: true });
    const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='fin-a' version='1.0'>`;
    const data = Buffer.from(['', '1001', 'pw-1001'].join('\0')).toString('base64');
    const auth = `<auth xmlns="${NS.sasl}" mechanism="PLAIN">${data}</auth>`;
    const answer = await say(running.ports.xmpp, header, auth + auth + auth);
    expect(answer).toContain('<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"><required/></starttls>');
    expect(answer).toContain('<encryption-required/>');
    expect(answer).not.toContain('<success');
  });

  it('offers no login without TLS where TLS is required', async () => {
    running = await startService({ requireTls: true });
    const plain = new TestClient({ port: running.ports.xmpp });
    await plain.until(() => plain.failure !== null);
    expect(plain.failure?.kind).toBe('no-mechanism');
    plain.drop();
    await TestClient.login({ transport: 'starttls', port: running.ports.xmpp });
  });

  it('ends the older session with conflict when its full JID is taken', async () => {
    running = await startService();
    const older = await TestClient.login({ port: running.ports.xmpp });
    const newer = await TestClient.login({ transport: 'websocket', port: running.ports.webSocket });
    await older.until(() => older.failure !== null);
    expect(older.failure?.kind).toBe('conflict');
    expect(newer.jid).toBe('1001@fin-a/test');
    const other = await TestClient.login({ port: running.ports.xmpp, resource: 'other' });
    expect(newer.failure ?? other.failure).toBeNull();
  });

  it('sends logins away beyond its queue, with a time to come back', async () => {
    running = await startService({ mechanisms: ['PLAIN'], limits: { waitingLogins: 1 } });
    const clients = Array.from(
      { length: 60 },
      (_, index) => new TestClient({ port: running.ports.xmpp, resource: `r${index}` }),
    );
    await Promise.all(
      clients.map((client) => client.until(() => client.jid !== '' || client.failure !== null)),
    );
    const sentAway = clients.filter((client) => client.failure !== null);
    expect(clients.some((client) => client.jid !== '')).toBe(true);
    for (const { failure } of sentAway) {
      expect(failure?.kind).toBe('resource-constraint');
      expect(failure?.retryAfterMs).toBeGreaterThanOrEqual(1_000);
    }
  });

  it('sends WebSockets away at the door once many are sent away, those of browsers within the stream', async () => {
    running = await startService({ limits: { waitingLogins: 1, loginsAtOnce: 1, retryAfterSeconds: 1 } });
    const { xmpp, webSocket } = running.ports;
    // SCRAM's first half only: one has the place for half a second, the next one waits for it.
    const half = auth(Buffer.from('n,,n=1001,r=abc').toString('base64'), 'SCRAM-SHA-256');
    const upgrade = (headers: Record<string, string>) =>
      new Promise<{ status: number; retryAfter: string | undefined }>((resolve, reject) => {
        const socket = new WebSocket(`ws://127.0.0.1:${webSocket}/ws`, 'xmpp', { headers });
        socket.once('unexpected-response', (request, { statusCode = 0, headers: answer }) => {
          resolve({ status: statusCode, retryAfter: answer['retry-after'] });
          request.destroy();
        });
        socket.once('open', () => {
          resolve({ status: 101, retryAfter: undefined });
          socket.terminate();
        });
        socket.once('error', reject);
      });
    let away = { status: 101, retryAfter: undefined as string | undefined };
    while (away.status === 101) {
      for (let index = 0; index < 2; index += 1) void say(xmpp, header, half);
      const [client, browser] = await Promise.all([
        upgrade({}),
        upgrade({ Origin: 'https://desktop.example' }),
      ]);
      expect(browser.status).toBe(101);
      away = client;
    }
    expect(away.status).toBe(503);
    expect(Number(away.retryAfter)).toBeGreaterThan(2);
  });
});
