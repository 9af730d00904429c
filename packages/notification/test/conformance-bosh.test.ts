/** XEP-0124 and XEP-0206, beside what bosh.test.ts has. The table is docs/conformance.md. */
import { NS, xml } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BoshSession, httpBind, ids, xbosh } from './support/bosh.js';
import { TestClient } from './support/client.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let port: number;

beforeAll(async () => {
  running = await startService({ limits: { stanzaBytes: 20_000 } });
  port = running.ports.webSocket;
});
afterAll(() => running.service.stop());

const ping = (id: string) =>
  `<iq xmlns="jabber:client" type="get" id="${id}"><ping xmlns="${NS.ping}"/></iq>`;

describe('a BOSH session', () => {
  it('begins with an id that is another every time and long enough not to be guessed', async () => {
    const sids = new Set<string>();
    for (let count = 0; count < 5; count += 1) {
      const session = new BoshSession(port);
      await session.open();
      expect(Buffer.from(session.sid, 'base64url')).toHaveLength(16);
      sids.add(session.sid);
    }
    expect(sids.size).toBe(5);
  });

  it.each([
    ['wait="5" hold="1" ver="1.6"', { wait: '5', hold: '1', requests: '2', ver: '1.6' }],
    ['wait="600" hold="7" ver="1.11"', { wait: '60', hold: '1', requests: '2', ver: '1.6' }],
    ['wait="0" hold="0" ver="1.5"', { wait: '0', hold: '0', requests: '1', ver: '1.5' }],
    ['wait="-1" hold="x" ver="y"', { wait: '60', hold: '1', requests: '2', ver: '1.6' }],
  ])('never has more than was asked for: %s', async (asked, given) => {
    const body = await new BoshSession(port).open(asked);
    expect(body.attrs).toMatchObject(given);
    expect(body.attrs.inactivity).toBe('30');
    expect(body.attrs['xmpp:version']).toBe('1.0');
    expect(body.attrs['xmpp:restartlogic']).toBe('true');
  });

  it('is polled where the client holds nothing', async () => {
    const session = new BoshSession(port);
    await session.open('wait="0" hold="0"');
    const plain = Buffer.from('\0' + '1001\0pw-1001').toString('base64');
    let body = await session.send(`<auth xmlns="${NS.sasl}" mechanism="PLAIN">${plain}</auth>`);
    for (let polls = 0; polls < 50 && body.getChild('success') === undefined; polls += 1)
      body = await session.send();
    expect(body.getChild('success', NS.sasl)).toBeDefined();
  });

  it('answers as XML, or as the client wants it called, but never as HTML', async () => {
    const types = [
      ['', 'text/xml; charset=utf-8'],
      ['content="text/plain; charset=utf-8"', 'text/plain; charset=utf-8'],
      ['content="text/html; charset=utf-8"', 'text/xml; charset=utf-8'],
      ['content="x&#xA;set-cookie: y"', 'text/xml; charset=utf-8'],
    ];
    for (const [content, type] of types) {
      const session = new BoshSession(port);
      await session.open(content);
      expect(session.contentType).toBe(type);
      await session.send('', 'type="terminate"');
      expect(session.contentType).toBe(type);
    }
  });

  it('restarts the stream after the login, and asks again for the domain', async () => {
    const session = new BoshSession(port);
    const bound = await session.login('1001', 'restart');
    expect(bound.getChild('iq')?.getChild('bind', NS.bind)?.getChildText('jid')).toBe('1001@fin-a/restart');
    const foreign = new BoshSession(port);
    await foreign.open();
    const plain = Buffer.from('\0' + '1001\0pw-1001').toString('base64');
    await foreign.send(`<auth xmlns="${NS.sasl}" mechanism="PLAIN">${plain}</auth>`);
    const body = await foreign.send('', `xmlns:xmpp="${xbosh}" xmpp:restart="true" to="elsewhere"`);
    expect(body.attrs.condition).toBe('remote-stream-error');
    expect(body.toString()).toContain('<host-unknown ');
  });

  it('takes what comes with its end before it ends', async () => {
    const secret = { user: 'finesse', password: 'finesse-pw', resource: 'end' };
    const finesse = await TestClient.login({ port: running.ports.xmpp, ...secret });
    const session = new BoshSession(port);
    await session.login('1002', 'leaving');
    await session.send('<presence xmlns="jabber:client"/>');
    const from = (type: string | undefined) =>
      finesse.stanza(({ attrs }) => attrs.from === '1002@fin-a/leaving' && attrs.type === type);
    await from(undefined);
    const last = await session.send(
      '<presence xmlns="jabber:client" type="unavailable"/>',
      'type="terminate"',
    );
    expect(last.attrs.type).toBe('terminate');
    await from('unavailable');
    finesse.drop();
  });

  it('puts stanzas in jabber:client, and takes those that name no namespace', async () => {
    const session = new BoshSession(port);
    await session.login('1001', 'spaces');
    const body = await session.send(`<iq type="get" id="bare"><ping xmlns="${NS.ping}"/></iq>`);
    expect(ids(body)).toEqual(['bare']);
    expect(body.getChildElements()[0]?.getNS()).toBe('jabber:client');
  });

  it('ends with item-not-found for a rid that was answered too long ago, as for one that is too high', async () => {
    const session = new BoshSession(port);
    await session.login('1001', 'rids');
    const rid = session.rid;
    for (let count = 0; count < 4; count += 1) await session.send(ping(`r${count}`));
    const old = await session.sendAs(rid - 2);
    expect(old.attrs).toMatchObject({ type: 'terminate', condition: 'item-not-found' });
    const high = await session.sendAs(rid + 100);
    expect(high.attrs).toMatchObject({ type: 'terminate', condition: 'item-not-found' });
  });

  it('answers a request that comes again before its turn, and the first of the two as well', async () => {
    const session = new BoshSession(port);
    await session.login('1001', 'twice', 'wait="1" hold="1"');
    const rid = session.rid;
    const early = session.sendAs(rid + 1, ping('early'));
    const again = session.sendAs(rid + 1, ping('early'));
    const replaced = await Promise.race([early, again]);
    expect(replaced.attrs.condition).toBe('item-not-found');
    const first = await session.sendAs(rid, ping('first'));
    const answers = [first, ...(await Promise.all([early, again]))];
    expect(answers.flatMap(ids).filter(Boolean).sort()).toEqual(['early', 'first']);
  });

  it.each([
    ['a comment', `<body xmlns="${httpBind}" rid="5" to="fin-a"><!-- x --></body>`],
    ['a processing instruction', `<body xmlns="${httpBind}" rid="5" to="fin-a"><?x y?></body>`],
    ['an entity', `<body xmlns="${httpBind}" rid="5" to="fin-a">&x;</body>`],
    ['half an element', `<body xmlns="${httpBind}" rid="5" to="fin-a"><iq></body>`],
  ])('does not begin with %s', async (_name, text) => {
    expect((await new BoshSession(port).post(text)).attrs.condition).toBe('bad-request');
  });

  it('keeps what another session’s rids and sids look like to itself', async () => {
    const victim = new BoshSession(port);
    await victim.login('1002', 'victim');
    // One of them would be right.
    const sids = Array.from(
      { length: 200 },
      (_, index) => `${victim.sid.slice(0, -2)}${index.toString(36).padStart(2, '-')}`,
    ).filter((sid) => sid !== victim.sid);
    const guesses = sids.map((sid) => {
      const guess = new BoshSession(port);
      guess.sid = sid;
      return guess.sendAs(victim.rid, ping('stolen'));
    });
    for (const body of await Promise.all(guesses))
      expect(body.attrs).toMatchObject({ type: 'terminate', condition: 'item-not-found' });
    expect(ids(await victim.send(ping('mine')))).toEqual(['mine']);
  });
});

describe('beside BOSH', () => {
  it('others are served', async () => {
    const well = await TestClient.login({ port: running.ports.xmpp, user: '1003' });
    expect((await well.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }))).attrs.type).toBe('result');
    well.drop();
  });
});
