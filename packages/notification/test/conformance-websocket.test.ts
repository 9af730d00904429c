/** RFC 7395: XMPP over WebSocket, by raw frames. The table is docs/conformance.md. */
import { NS } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { open, ping, plain, RawTcp, RawWebSocket } from './support/raw.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let port: number;

beforeAll(async () => {
  running = await startService({ limits: { stanzaBytes: 20_000 } });
  port = running.ports.webSocket;
});
afterAll(() => running.service.stop());

const close = `<close xmlns="${NS.framing}"/>`;
const framesOf = (client: RawWebSocket) => client.heard.trimEnd().split('\n');

describe('WebSocket', () => {
  it('speaks the subprotocol xmpp', async () => {
    const client = await RawWebSocket.connected(port);
    expect(client.socket.protocol).toBe('xmpp');
    client.drop();
  });

  it('opens the stream with one element, and offers a login without STARTTLS', async () => {
    const client = await RawWebSocket.connected(port);
    await client.ask(open, '</stream:features>');
    const [first, features, ...more] = framesOf(client);
    expect(first).toMatch(
      /^<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" from="fin-a" id="[^"]+" version="1.0" xml:lang="en"\/>$/,
    );
    expect(features).toContain(`<stream:features xmlns:stream="${NS.stream}">`);
    expect(features).toContain('<mechanisms');
    expect(features).not.toContain('starttls');
    expect(more).toEqual([]);
    client.drop();
  });

  it('opens a new one after the login, without closing the first', async () => {
    const client = await RawWebSocket.connected(port);
    await client.ask(open, '</stream:features>');
    const id = /id="([^"]+)"/.exec(client.heard)?.[1];
    await client.ask(plain(), '<success');
    await client.ask(open, '</stream:features>');
    expect(framesOf(client)[0]).toMatch(/^<open /);
    expect(framesOf(client)[0]).not.toContain(`"${id}"`);
    expect(framesOf(client)[1]).toContain('<bind');
    client.drop();
  });

  it('has one whole element in each frame, stanzas in jabber:client', async () => {
    const client = await RawWebSocket.bound(port, '1001', 'frames');
    await client.ask('<presence xmlns="jabber:client"/>', '<presence');
    await client.ask(ping, 'id="ping"');
    expect(framesOf(client)).toHaveLength(1);
    expect(framesOf(client)[0]).toMatch(/^<iq [^>]*xmlns="jabber:client"/);
    client.drop();
  });

  it('sends events in jabber:client as well', async () => {
    const client = await RawWebSocket.bound(port, '1001', 'events');
    await client.ask('<presence xmlns="jabber:client"/>', '<presence');
    const finesse = await RawTcp.opened(running.ports.xmpp);
    const secret = Buffer.from('\0finesse\0finesse-pw').toString('base64');
    await finesse.ask(`<auth xmlns="${NS.sasl}" mechanism="PLAIN">${secret}</auth>`, '<success');
    await finesse.ask(
      `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='fin-a' version='1.0'>`,
      '</stream:features>',
    );
    await finesse.ask(`<iq type="set" id="b"><bind xmlns="${NS.bind}"/></iq>`, '</jid>');
    client.heard = '';
    finesse.send(
      `<iq type="set" id="p" to="pubsub.fin-a"><pubsub xmlns="${NS.pubsub}"><publish node="/finesse/api/SystemInfo"><item><x xmlns="y"/></item></publish></pubsub></iq>`,
    );
    expect(await client.until('<event')).toMatch(/^<message xmlns="jabber:client" to="1001@fin-a\/events"/);
    finesse.drop();
    client.drop();
  });

  it('closes the stream and then the connection when the client does', async () => {
    const client = await RawWebSocket.bound(port, '1001', 'closing');
    client.heard = '';
    client.send(close);
    expect((await client.end()).trimEnd()).toBe(close);
    expect(client.code).toBe(1000);
  });

  it.each([
    ['a stanza before the stream', ping, 'not-authorized'],
    ['a frame that is not well-formed', '<open', 'not-well-formed'],
    ['two elements in a frame', `${open}${open}`, 'not-well-formed'],
    ['a part of an element', '<iq type="get">', 'not-well-formed'],
    ['a frame without an element', ' ', 'not-well-formed'],
    ['a stream header of TCP', `<stream:stream xmlns:stream='${NS.stream}'>`, 'not-well-formed'],
    ['another domain', open.replace('fin-a', 'elsewhere'), 'host-unknown'],
    ['a frame too large', `<iq a="${'x'.repeat(30_000)}"/>`, 'policy-violation'],
    ['a DTD', `<!DOCTYPE x>${open}`, 'restricted-xml'],
    ['a comment', `<!-- x -->${open}`, 'restricted-xml'],
  ])('answers %s with open, the stream error and close', async (_name, text, condition) => {
    const client = await RawWebSocket.connected(port);
    client.send(text);
    await client.end();
    const frames = framesOf(client);
    expect(frames[0]).toMatch(/^<open /);
    expect(frames[1]).toContain(`<stream:error xmlns:stream="${NS.stream}"><${condition} `);
    expect(frames[2]).toBe(close);
    expect(frames).toHaveLength(3);
  });

  it('takes a message in fragments, and no binary one', async () => {
    const client = await RawWebSocket.bound(port, '1001', 'fragments');
    client.heard = '';
    const { socket } = client;
    socket.send(ping.slice(0, 20), { fin: false });
    // A ping of WebSocket's own may come between.
    const pong = new Promise((resolve) => socket.once('pong', resolve));
    socket.ping();
    await pong;
    socket.send(ping.slice(20, 25), { fin: false });
    socket.send(ping.slice(25), { fin: true });
    expect(await client.until('id="ping"')).toContain('result');
    client.send(Buffer.from(ping));
    await client.end();
    expect(client.code).toBe(1003);
  });

  it('takes no text that is no UTF-8, and no fragments without end', async () => {
    const client = await RawWebSocket.connected(port);
    client.socket.send(Buffer.from([0x3c, 0xff]), { binary: false });
    await client.end();
    expect(client.code).toBe(1007);
    const endless = await RawWebSocket.connected(port);
    for (let sent = 0; sent < 20 && !endless.ended; sent += 1)
      endless.socket.send('x'.repeat(10_000), { fin: false });
    await endless.end();
    expect(endless.code).toBe(1009);
  });
});
