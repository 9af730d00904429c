import type { Socket } from 'node:net';
import { NS, xml } from '@finesse-ha/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BoshSession } from './support/bosh.js';
import { say, TestClient } from './support/client.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let port: number;
let well: TestClient;

beforeEach(async () => {
  running = await startService({
    limits: {
      stanzaBytes: 20_000,
      unreadBytes: 50_000,
      slowReaderMs: 500,
      unreadBytesAtOnce: 30_000_000,
      stanzasPerSecond: 20,
      unauthenticated: 50,
    },
  });
  port = running.ports.xmpp;
  well = await TestClient.login({ port, user: '1002' });
});
afterEach(async () => {
  // Whatever was done to the service, somebody else is still served.
  expect((await well.iq('get', 'fin-a', xml('ping', { xmlns: NS.ping }))).attrs.type).toBe('result');
  running.service.stop();
});

const header = `<?xml version='1.0'?><stream:stream xmlns='jabber:client' xmlns:stream='${NS.stream}' to='fin-a' version='1.0'>`;

describe('abuse ends in a defined stream error, for the offender alone', () => {
  it.each([
    ['malformed XML', [header, '<a></b>'], 'not-well-formed'],
    ['no XML at all', ['GET / HTTP/1.1\r\n\r\n'], 'not-well-formed'],
    ['a DOCTYPE', ['<!DOCTYPE x [<!ENTITY a "b">]>', header], 'restricted-xml'],
    ['an entity bomb', [header, '<iq>&lol9;</iq>'], 'restricted-xml'],
    ['a processing instruction', [header, '<?php x?>'], 'restricted-xml'],
    ['an oversized stanza', [header, `<iq><a>${'x'.repeat(50_000)}`], 'policy-violation'],
    ['an endless attribute', [header, `<iq a="${'x'.repeat(50_000)}`], 'policy-violation'],
    ['depth without end', [header, '<a>'.repeat(200)], 'policy-violation'],
    [
      'a stanza before the login',
      [header, '<iq type="get" id="1"><ping xmlns="urn:xmpp:ping"/></iq>'],
      'not-authorized',
    ],
    ['another domain', [header.replace('fin-a', 'elsewhere')], 'host-unknown'],
    ['another namespace', [header.replace('jabber:client', 'jabber:server')], 'invalid-namespace'],
  ])('%s', async (_name, texts, condition) => {
    expect(await say(port, ...texts)).toContain(`<${condition} `);
  });

  it('a spoofed from', async () => {
    const client = await TestClient.login({ port });
    client.write('<message from="finesse@fin-a" to="1002@fin-a"><body>x</body></message>');
    await client.until(() => client.failure !== null);
    expect(client.failure?.condition).toBe('invalid-from');
  });

  it('a flood of stanzas', async () => {
    const client = await TestClient.login({ port });
    for (let index = 0; index < 500; index += 1)
      client.write(`<iq type="get" id="${index}"><ping xmlns="urn:xmpp:ping"/></iq>`);
    await client.until(() => client.failure !== null);
    expect(client.failure?.condition).toBe('policy-violation');
  });

  it('three wrong passwords on one connection', async () => {
    const auth = '<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="PLAIN">AHgAeQ==</auth>';
    const heard = await say(port, header, auth, auth, auth);
    expect(heard.match(/<not-authorized\/>/g)?.length).toBe(3);
    expect(heard).toContain('<policy-violation ');
  });

  it('wrong SASL data and mechanisms', async () => {
    const auth = (mechanism: string, data: string) =>
      `<auth xmlns="urn:ietf:params:xml:ns:xmpp-sasl" mechanism="${mechanism}">${data}</auth>`;
    const heard = await say(port, header, auth('PLAIN', '!!!'), auth('PLAIN', 'AAAA'), auth('GSSAPI', ''));
    expect(heard).toContain('<policy-violation ');
    expect(heard).toContain('<incorrect-encoding/>');
    expect(heard).toContain('<malformed-request/>');
    expect(heard).toContain('<invalid-mechanism/>');
  });

  it('more connections without a login than are allowed', async () => {
    const idle = Array.from({ length: 60 }, () => say(port, header));
    const heard = await Promise.race(idle);
    expect(heard).toMatch(/<resource-constraint .*<retry-after [^>]*seconds="\d/);
  });

  it('more BOSH sessions without a login than are allowed', async () => {
    const sessions = Array.from({ length: 60 }, () => new BoshSession(running.ports.webSocket));
    const bodies = await Promise.all(sessions.map((session) => session.open()));
    const refused = bodies.filter(({ attrs }) => attrs.type === 'terminate');
    expect(refused).toHaveLength(10);
    // XEP-0206 5: the stream error is inside, and with it the time to come back.
    for (const body of refused) {
      expect(body.attrs.condition).toBe('remote-stream-error');
      expect(body.toString()).toMatch(/<resource-constraint .*<retry-after [^>]*seconds="\d/);
    }
  });

  it('a reader that does not read is ended, and stalls nobody', async () => {
    const app = await TestClient.login({ port, user: 'finesse', password: 'finesse-pw' });
    const slow = await TestClient.login({ port });
    await slow.presence(undefined);
    await well.until(() => true);
    (slow.socket as Socket).pause();
    const gone = app.stanza((one) => one.attrs.from === slow.jid && one.attrs.type === 'unavailable');
    well.send(xml('presence'));
    const payload = 'y'.repeat(15_000);
    let published = 0;
    let over = false;
    void gone.then(() => {
      over = true;
    });
    while (!over && published < 2_000) {
      await app.pubsub(
        'set',
        xml(
          'publish',
          { node: '/finesse/api/SystemInfo' },
          xml('item', {}, xml('notification', { xmlns: NS.pubsub }, payload)),
        ),
      );
      published += 1;
    }
    await gone;
    await well.until(() => well.stanzas.filter((one) => one.name === 'message').length === published);
    slow.drop();
  }, 40_000);
});
