/** Abuse at every state of a connection, on every transport: a defined end, for the offender alone. */
import { connect } from 'node:net';
import { NS, xml } from '@finesse-ha/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { BoshSession, httpBind, ids } from './support/bosh.js';
import { TestClient } from './support/client.js';
import { auth, bind, header, open, ping, plain, RawTcp, RawWebSocket } from './support/raw.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let port: number;
let webSocketPort: number;
let well: TestClient;

beforeAll(async () => {
  running = await startService({
    limits: { stanzaBytes: 20_000, lockoutAttempts: 1_000, boshInactivityMs: 300 },
  });
  port = running.ports.xmpp;
  webSocketPort = running.ports.webSocket;
  well = await TestClient.login({ port, user: '1003' });
});
afterEach(async () => {
  // Whatever was done to the service, somebody else is still served.
  expect((await well.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }))).attrs.type).toBe('result');
});
afterAll(() => {
  well.drop();
  return running.service.stop();
});

const base64 = (text: string) => Buffer.from(text).toString('base64');
const scram = auth(base64('n,,n=1001,r=abc'), 'SCRAM-SHA-1');
const starttls = `<starttls xmlns="${NS.tls}"/>`;

async function underTls(): Promise<RawTcp> {
  const client = await RawTcp.opened(port);
  await client.ask(starttls, '<proceed');
  await client.secure();
  return client;
}

/** Ways to each state. */
const states: Record<string, () => Promise<RawTcp | RawWebSocket>> = {
  'before the header': async () => new RawTcp(port),
  'before the header, under TLS': underTls,
  'before the login': () => RawTcp.opened(port),
  'amid SASL': async () => {
    const client = await RawTcp.opened(port);
    await client.ask(scram, '<challenge');
    return client;
  },
  'after a failed login': async () => {
    const client = await RawTcp.opened(port);
    await client.ask(auth('!!!'), '<failure');
    return client;
  },
  'after the login, before the new header': async () => {
    const client = await RawTcp.opened(port);
    await client.ask(plain(), '<success');
    return client;
  },
  'before binding': () => RawTcp.authenticated(port),
  'when bound': () => RawTcp.bound(port, '1001', 'states'),
  'in a frame before the stream': () => RawWebSocket.connected(webSocketPort),
  'in a frame before the login': async () => {
    const client = await RawWebSocket.connected(webSocketPort);
    await client.ask(open, '</stream:features>');
    return client;
  },
  'in a frame when bound': () => RawWebSocket.bound(webSocketPort, '1001', 'frames'),
};
const begin = (state: string) =>
  state.startsWith('before the header') || state.includes('new header') ? '<stream:stream' : '<iq';

describe.each(Object.keys(states))('%s', (state) => {
  const end = async (text: string | Buffer) => {
    const client = await states[state]!();
    client.send(text);
    return client.end();
  };
  const whole = state.includes('frame') ? '/>' : '';

  it('malformed XML ends the stream with not-well-formed', async () => {
    expect(await end(`${begin(state)} a='1' a='2'></b>`)).toContain('<not-well-formed ');
  });

  it('an oversized stanza or header ends it with policy-violation', async () => {
    expect(await end(`${begin(state)} a="${'x'.repeat(30_000)}"${whole}`)).toContain('<policy-violation ');
  });

  it('an entity bomb ends it with restricted-xml', async () => {
    const bomb = `<!DOCTYPE b [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "${'&a;'.repeat(50)}">]>`;
    const heard = [await end(`${begin(state)} a="&lol9;"${whole}`), await end(bomb + begin(state))];
    expect(heard[0]).toContain('<restricted-xml ');
    // Within a stream a DOCTYPE is not even XML.
    expect(heard[1]).toMatch(/<(restricted-xml|not-well-formed) /);
  });
});

describe('amid STARTTLS', () => {
  it('malformed XML ends the connection', async () => {
    const client = await RawTcp.opened(port);
    await client.ask(starttls, '<proceed');
    client.heard = '';
    client.send('<a></b>');
    expect(await client.end()).not.toContain('<');
  });
});

describe('a BOSH body', () => {
  it.each([
    [
      'that is malformed',
      (sid: string, rid: number) => `<body xmlns="${httpBind}" sid="${sid}" rid="${rid}"><a></b></body>`,
      'bad-request',
    ],
    [
      'with an entity bomb',
      (sid: string, rid: number) => `<body xmlns="${httpBind}" sid="${sid}" rid="${rid}">&lol;</body>`,
      'bad-request',
    ],
    [
      'that is oversized',
      (sid: string, rid: number) =>
        `<body xmlns="${httpBind}" sid="${sid}" rid="${rid}">${'x'.repeat(90_000)}</body>`,
      'policy-violation',
    ],
    ['without a number', (sid: string) => `<body xmlns="${httpBind}" sid="${sid}" rid="x"/>`, 'bad-request'],
  ] as const)('%s is refused, and its session goes on', async (_name, text, condition) => {
    const session = new BoshSession(webSocketPort);
    await session.login('1001', 'bodies');
    const refused = await session.post(text(session.sid, session.rid));
    expect(refused.attrs).toMatchObject({ type: 'terminate', condition });
    expect(ids(await session.send(ping))).toEqual(['ping']);
  });

  it('with a stanza of somebody else, none, or too many ends its session with the stream error', async () => {
    const ends = [
      ['<message xmlns="jabber:client" from="finesse@fin-a"/>', 'invalid-from'],
      ['<note xmlns="urn:x"/>', 'unsupported-stanza-type'],
      ['<iq type="result"/>'.repeat(2_100), 'policy-violation'],
    ];
    for (const [content, condition] of ends) {
      const session = new BoshSession(webSocketPort);
      await session.login('1001', 'ends');
      const body = await session.send(content);
      expect(body.attrs).toMatchObject({ type: 'terminate', condition: 'remote-stream-error' });
      expect(body.toString()).toContain(`<${condition} `);
      expect((await session.send()).attrs.condition).toBe('item-not-found');
    }
  });
});

describe('a BOSH session', () => {
  it('that nobody asks for is forgotten', async () => {
    const finesse = await TestClient.login({ port, user: 'finesse', password: 'finesse-pw' });
    const agent = new BoshSession(webSocketPort);
    await agent.login('1002', 'forgotten');
    await agent.send(`<presence xmlns="jabber:client"/>${ping}`);
    await finesse.stanza(
      ({ attrs }) => attrs.from === '1002@fin-a/forgotten' && attrs.type === 'unavailable',
    );
    expect((await agent.send()).attrs.condition).toBe('item-not-found');
    finesse.drop();
  });

  it('whose next request never comes is forgotten with what came early', async () => {
    const session = new BoshSession(webSocketPort);
    await session.login('1002', 'skipped');
    const body = await session.sendAs(session.rid + 1, ping).catch((error: unknown) => String(error));
    expect(typeof body === 'string' ? body : body.attrs.type).toBe('terminate');
    expect((await session.send()).attrs.condition).toBe('item-not-found');
  });
});

describe('SASL', () => {
  it('out of its order is refused', async () => {
    const response = `<response xmlns="${NS.sasl}">biws</response>`;
    const early = await RawTcp.opened(port);
    early.send(response);
    expect(await early.end()).toContain('<not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-streams"');
    const late = await RawTcp.authenticated(port);
    late.send(response);
    expect(await late.end()).toContain('<not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-streams"');
    const twice = await RawTcp.opened(port);
    await twice.ask(scram, '<challenge');
    // The exchange begins anew; the first one's answer is none any more.
    await twice.ask(scram, '<challenge');
    await twice.ask(response, '<malformed-request/>');
    const other = await RawTcp.opened(port);
    await other.ask(scram, '<challenge');
    other.send(ping);
    expect(await other.end()).toContain('<not-authorized xmlns="urn:ietf:params:xml:ns:xmpp-streams"');
    twice.drop();
  });

  it('with huge data is refused as any other, or as a stanza too large', async () => {
    const client = await RawTcp.opened(port);
    await client.ask(auth(base64(`\0${'u'.repeat(8_000)}\0${'p'.repeat(4_000)}`)), '<not-authorized/>');
    await client.ask(auth(base64(`n,,n=1001,r=${'r'.repeat(9_000)}`), 'SCRAM-SHA-256'), '</challenge>');
    client.send(auth('A'.repeat(40_000)));
    expect(await client.end()).toContain('<policy-violation ');
  });

  it('whose client goes amid the work is no login', async () => {
    const clients = await Promise.all(Array.from({ length: 30 }, () => RawTcp.opened(port)));
    for (const client of clients) {
      client.send(scram);
      client.drop();
    }
    const { sessions } = running.service.counts;
    const after = await RawTcp.bound(port, '1001', 'after');
    expect(running.service.counts.sessions).toBe(sessions + 1);
    after.drop();
  });
});

describe('what is pipelined', () => {
  it('a whole session in one segment binds only what was authenticated', async () => {
    const client = new RawTcp(port);
    client.send(`${header}${auth(base64('\0' + '1001\0wrong'))}${header}${bind()}${ping}`);
    expect(await client.end()).not.toContain('<jid>');
  });

  it('HTTP on the XMPP port, and XMPP on the HTTP port, end', async () => {
    const http = new RawTcp(port);
    http.send('POST /http-bind HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await http.end()).toContain('<not-well-formed ');
    const socket = connect({ host: '127.0.0.1', port: webSocketPort });
    let heard = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    socket.write(header);
    await new Promise((resolve) => socket.once('close', resolve));
    expect(heard).toMatch(/^HTTP\/1.1 400 /);
  });
});
