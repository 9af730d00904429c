/** Thousands of offenders against one service process: somebody else is served meanwhile, and memory is back where it was. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NS, xml } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ServicePorts } from '../src/index.js';
import { BoshSession, httpBind } from './support/bosh.js';
import { TestClient } from './support/client.js';
import { auth, header, open, RawTcp, RawWebSocket } from './support/raw.js';
import { configuration, configurationFile } from './support/service.js';

/** Until a connection that does not log in is ended, and a BOSH session that nobody asks for. */
const patienceMs = 1_500;

let child: ChildProcess;
let ports: ServicePorts;
let well: TestClient;
let idleTimers: number;

beforeAll(async () => {
  const limits = {
    stanzaBytes: 20_000,
    lockoutAttempts: 1_000_000,
    unauthenticatedMs: patienceMs,
    boshInactivityMs: patienceMs,
    unreadBytesAtOnce: 300_000,
  };
  const program = fileURLToPath(new URL('support/service-process.mjs', import.meta.url));
  child = fork(program, [configurationFile(configuration({ limits }))], {
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [message] = await once(child, 'message');
  ports = message.ports;
  well = await TestClient.login({ port: ports.xmpp, user: '1003' });
  idleTimers = (await memory()).timers;
});
afterAll(() => {
  well.drop();
  child.kill('SIGKILL');
});

/** What the process holds: on the heap and beside it, timers (BOSH sessions have one each), bound sessions. */
interface Memory {
  bytes: number;
  timers: number;
  sessions: number;
}

async function memory(): Promise<Memory> {
  const answer = once(child, 'message');
  child.send('memory');
  const [told] = await answer;
  return told;
}

/** Resolves when somebody who does nothing wrong is answered. */
const served = () => well.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }));

const base64 = (text: string) => Buffer.from(text).toString('base64');
const big = 'x'.repeat(25_000);
const starttls = `<starttls xmlns="${NS.tls}"/>`;

/** What one offender does, until it is ended or goes by itself. */
const offences: Record<string, (index: number) => Promise<void>> = {
  'malformed XML': () => raw('<a></b>'),
  'an oversized header': () => raw(`<stream:stream a="${big}`),
  'an oversized stanza': () => raw(header, `<iq><a>${big}`),
  'an entity bomb': () => raw(`<!DOCTYPE b [<!ENTITY a "${'&b;'.repeat(500)}">]>${header}`),
  'bytes that are no UTF-8': () => raw(header, Buffer.from([0x3c, 0xff])),
  'a stanza before the login': () => raw(header, '<presence/>'),
  'three wrong passwords': (index) => raw(header, auth(base64(`\0user${index}\0x`)).repeat(3)),
  'wrong SASL data': () => raw(header, auth('!'), auth('='), auth(base64('n,,n=,r='), 'SCRAM-SHA-1')),
  'gone amid SASL': async () => {
    const client = await RawTcp.opened(ports.xmpp);
    client.send(auth(base64('n,,n=1001,r=abc'), 'SCRAM-SHA-1'));
    client.drop();
  },
  'no TLS after STARTTLS': () => raw(header, starttls, header),
  'a spoofed from': async (index) => {
    const client = await RawTcp.bound(ports.xmpp, '1001', `spoof${index}`);
    client.send('<message from="finesse@fin-a"/>');
    await client.end();
  },
  'another agent’s node': async (index) => {
    const client = await RawTcp.bound(ports.xmpp, '1001', `node${index}`);
    const subscribe = `<subscribe node="/finesse/api/User/1002" jid="1001@fin-a/node${index}"/>`;
    const iq = `<iq type="set" id="s" to="pubsub.fin-a"><pubsub xmlns="${NS.pubsub}">${subscribe}</pubsub></iq>`;
    expect(await client.ask(iq, '</iq>')).toContain('<forbidden');
    client.drop();
  },
  'a bad frame': async () => {
    const client = await RawWebSocket.connected(ports.webSocket);
    client.send(open.slice(1));
    await client.end();
  },
  'fragments without end': async () => {
    const client = await RawWebSocket.connected(ports.webSocket);
    for (let sent = 0; sent < 10; sent += 1) client.socket.send(big, { fin: false });
    await client.end();
  },
  'a bad body': async () => {
    const body = await new BoshSession(ports.webSocket).post(`<body xmlns="${httpBind}" rid="5"><a></body>`);
    expect(body.attrs.condition).toBe('bad-request');
  },
  'a BOSH session that is left alone': async () => {
    await new BoshSession(ports.webSocket).open();
  },
};

/** Says this, a text when the one before was answered, until the connection is ended. */
async function raw(...texts: (string | Buffer)[]): Promise<void> {
  const client = new RawTcp(ports.xmpp);
  for (const text of texts.slice(0, -1)) await client.ask(text, /features>|failure>|<proceed/);
  client.send(texts.at(-1) ?? '');
  await client.end();
}

/** Each offence so often, some at a time. */
async function offend(times: number): Promise<void> {
  const work = Object.values(offences).flatMap((one) =>
    Array.from({ length: times }, (_, index) => () => one(index)),
  );
  const worker = async () => {
    for (let one = work.pop(); one !== undefined; one = work.pop()) await one();
  };
  await Promise.all(Array.from({ length: 25 }, worker));
}

/** When nobody but the one who does nothing wrong is there any more. @throws {Error} when somebody stays */
async function quiet(): Promise<Memory> {
  const until = performance.now() + 20 * patienceMs;
  for (;;) {
    await served();
    const told = await memory();
    if (told.sessions === 1 && told.timers <= idleTimers) return told;
    if (performance.now() > until) throw new Error(`something is left: ${JSON.stringify(told)}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

describe('thousands of offenders', { timeout: 120_000 }, () => {
  it('leave nothing behind, and somebody else is served meanwhile', async () => {
    await offend(10);
    const before = await quiet();
    const offending = offend(50);
    await served();
    await offending;
    const after = await quiet();
    // 800 offenders; three times as many left no more than this.
    expect(after.bytes - before.bytes).toBeLessThan(1_000_000);
  });

  it('half-open on every port are ended in time, and somebody else is served meanwhile', async () => {
    const before = await quiet();
    const connected: Promise<void>[] = [];
    const closed: Promise<void>[] = [];
    const begin = (port: number, text: string) => {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => undefined);
      socket.resume();
      if (text !== '') socket.write(text);
      connected.push(new Promise((resolve) => socket.once('connect', resolve)));
      closed.push(new Promise((resolve) => socket.once('close', () => resolve())));
    };
    // In waves that fit into the queue of connections to accept: what the kernel drops there is not the service's to end.
    for (let wave = 0; wave < 10; wave += 1) {
      for (let index = 0; index < 100; index += 1) {
        begin(ports.xmpp, '');
        begin(ports.xmpp, header.slice(0, 50));
      }
      for (let index = 0; index < 20; index += 1) {
        begin(ports.xmppTls, '');
        begin(ports.webSocket, '');
        begin(ports.webSocket, 'POST /http-bind HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<body');
      }
      await Promise.all(connected);
      await served();
    }
    const login = await TestClient.login({ port: ports.xmpp, user: '1002' });
    await served();
    await Promise.all(closed);
    login.drop();
    const after = await quiet();
    expect(after.bytes - before.bytes).toBeLessThan(1_000_000);
  });

  it('who do not read are ended, and what waited for them is dropped', async () => {
    const before = await quiet();
    const slow = await Promise.all(
      ['a', 'b', 'c', 'd'].flatMap((name): Promise<RawTcp | RawWebSocket>[] => [
        RawTcp.bound(ports.xmpp, '1001', `slow${name}`),
        RawWebSocket.bound(ports.webSocket, '1001', `frames${name}`),
      ]),
    );
    for (const client of slow) {
      client.send('<presence xmlns="jabber:client"/>');
      client.socket.pause();
    }
    const finesse = await TestClient.login({ port: ports.xmpp, user: 'finesse', password: 'finesse-pw' });
    const item = xml('item', {}, xml('notification', { xmlns: NS.pubsub }, 'y'.repeat(15_000)));
    const publish = xml('publish', { node: '/finesse/api/User/1001' }, item);
    while ((await memory()).sessions > 2) {
      for (let count = 0; count < 50; count += 1) finesse.pubsub('set', publish);
      await finesse.pubsub('set', publish);
    }
    finesse.drop();
    for (const client of slow) client.drop();
    const after = await quiet();
    expect(after.bytes - before.bytes).toBeLessThan(1_000_000);
  });
});
