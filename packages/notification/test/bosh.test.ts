/** BOSH (XEP-0124, XEP-0206) by raw HTTP requests: what belongs to a session, and what ends one. */
import { request as httpRequest } from 'node:http';
import { NS, xml } from '@finesse-ha/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoshSession, httpBind, ids } from './support/bosh.js';
import { TestClient } from './support/client.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let url: string;
let well: TestClient;

beforeEach(async () => {
  running = await startService({ limits: { stanzaBytes: 20_000 } });
  url = `http://127.0.0.1:${running.ports.webSocket}/http-bind`;
  well = await TestClient.login({ port: running.ports.xmpp, user: '1002' });
});
afterEach(async () => {
  // Whatever was done to the service, somebody else is still served.
  expect((await well.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }))).attrs.type).toBe('result');
  running.service.stop();
});

const ping = (id: string) =>
  `<iq xmlns="jabber:client" type="get" id="${id}"><ping xmlns="${NS.ping}"/></iq>`;

describe('a session', () => {
  it('says at the beginning what it is (XEP-0124 7.1) and offers a login', async () => {
    const session = new BoshSession(running.ports.webSocket);
    const body = await session.open();
    expect(body.attrs).toMatchObject({ wait: '2', hold: '1', requests: '2', ver: '1.6' });
    expect(body.attrs.sid).not.toBe('');
    expect(body.getChildElements()[0]?.getChild('mechanisms', NS.sasl)).toBeDefined();
  });

  it('logs in, binds, and answers', async () => {
    const session = new BoshSession(running.ports.webSocket);
    const bound = await session.login();
    expect(bound.getChild('iq')?.getChild('bind', NS.bind)?.getChildText('jid')).toBe('1001@fin-a/bosh');
    expect(ids(await session.send(ping('p1')))).toEqual(['p1']);
  });

  it('holds a request until there is something to say', async () => {
    const session = new BoshSession(running.ports.webSocket);
    await session.login();
    const held = session.send();
    // The second request is answered by way of the first, which waited.
    const second = session.send(ping('p2'));
    expect(ids(await held)).toEqual(['p2']);
    const third = session.send(ping('p3'));
    expect(ids(await second)).toEqual(['p3']);
    session.send('', 'type="terminate"');
    await third;
  });

  it('takes requests in the order of their rids, whatever order they come in (XEP-0124 14)', async () => {
    const session = new BoshSession(running.ports.webSocket);
    await session.login();
    const rid = session.rid;
    const later = session.sendAs(rid + 1, ping('second'));
    const earlier = session.sendAs(rid, ping('first'));
    expect([...ids(await earlier), ...ids(await later)]).toEqual(['first', 'second']);
  });

  it('answers a replayed rid as before, and does nothing twice (XEP-0124 14.3)', async () => {
    const session = new BoshSession(running.ports.webSocket);
    await session.login();
    const rid = session.rid++;
    const once = await session.sendAs(rid, ping('again'));
    const twice = await session.sendAs(rid, ping('again'));
    expect(twice.toString()).toBe(once.toString());
    expect(ids(await session.send(ping('next')))).toEqual(['next']);
  });

  it('ends when the client says so', async () => {
    const session = new BoshSession(running.ports.webSocket);
    await session.login();
    const end = await session.send('', 'type="terminate"');
    expect(end.attrs).toMatchObject({ type: 'terminate' });
    expect(end.attrs.condition).toBeUndefined();
    expect((await session.send()).attrs.condition).toBe('item-not-found');
  });
});

describe('what ends a session, or is none', () => {
  it('a rid far outside the window', async () => {
    const session = new BoshSession(running.ports.webSocket);
    await session.login();
    const body = await session.sendAs(session.rid + 50, ping('x'));
    expect(body.attrs).toMatchObject({ type: 'terminate', condition: 'item-not-found' });
    expect((await session.send()).attrs.condition).toBe('item-not-found');
  });

  it.each([
    ['an unknown sid', `<body xmlns="${httpBind}" sid="nobody" rid="5"/>`, 'item-not-found'],
    ['malformed XML', '<body', 'bad-request'],
    ['another element', '<iq xmlns="jabber:client"/>', 'bad-request'],
    ['no rid', `<body xmlns="${httpBind}" to="fin-a"/>`, 'bad-request'],
    ['a rid that cannot grow', `<body xmlns="${httpBind}" rid="9007199254740991"/>`, 'bad-request'],
    ['a DOCTYPE', `<!DOCTYPE x><body xmlns="${httpBind}" rid="5"/>`, 'bad-request'],
    [
      'an oversized body',
      `<body xmlns="${httpBind}" rid="5">${'x'.repeat(90_000)}</body>`,
      'policy-violation',
    ],
    ['another domain', `<body xmlns="${httpBind}" rid="5" to="elsewhere"/>`, 'remote-stream-error'],
  ])('%s', async (_name, text, condition) => {
    expect((await new BoshSession(running.ports.webSocket).post(text)).attrs).toMatchObject({
      type: 'terminate',
      condition,
    });
  });

  it('a stanza before the login', async () => {
    const session = new BoshSession(running.ports.webSocket);
    await session.open();
    const body = await session.send(ping('early'));
    expect(body.attrs.condition).toBe('remote-stream-error');
    expect(body.toString()).toContain('not-authorized');
  });

  it('a stopping service', async () => {
    const session = new BoshSession(running.ports.webSocket);
    await session.login();
    const held = session.send();
    // Answered only after the held request has arrived.
    expect(ids(await session.send(ping('there')).then(() => held))).toEqual(['there']);
    const last = session.send();
    running.service.stop();
    expect((await last.catch(() => null))?.toString() ?? 'system-shutdown').toContain('system-shutdown');
    running = await startService({});
    well = await TestClient.login({ port: running.ports.xmpp, user: '1002' });
  });
});

describe('HTTP', () => {
  it('lets browsers ask from elsewhere (CORS)', async () => {
    const response = await fetch(url, { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('knows POST only, and no other path', async () => {
    expect((await fetch(url)).status).toBe(405);
    expect((await fetch(url.replace('http-bind', 'elsewhere'))).status).toBe(404);
  });

  it('outlives a client that goes in the middle of a body', async () => {
    await new Promise<void>((resolve) => {
      const request = httpRequest(url, { method: 'POST', headers: { 'content-length': '1000' } });
      request.on('error', () => resolve());
      request.on('close', () => resolve());
      request.write('<body');
      request.once('socket', (socket) => socket.once('connect', () => setImmediate(() => request.destroy())));
    });
    expect((await new BoshSession(running.ports.webSocket).open()).attrs.sid).toBeDefined();
  });
});
