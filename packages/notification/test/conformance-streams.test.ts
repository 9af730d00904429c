/** RFC 6120: streams, STARTTLS, SASL and resource binding, by raw bytes. The table is docs/conformance.md. */
import { NS } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auth, bind, header, ping, plain, RawTcp } from './support/raw.js';
import { type RunningService, startService } from './support/service.js';

let running: RunningService;
let port: number;

beforeAll(async () => {
  running = await startService({ limits: { lockoutAttempts: 1_000 } });
  port = running.ports.xmpp;
});
afterAll(() => running.service.stop());

const idOf = (text: string) => / id="([^"]+)"/.exec(text)?.[1] ?? '';
const base64 = (text: string) => Buffer.from(text).toString('base64');
const starttls = `<starttls xmlns="${NS.tls}"/>`;

/** All that is answered to this, until the connection ends. */
function ending(...texts: (string | Buffer)[]): Promise<string> {
  const client = new RawTcp(port);
  for (const text of texts) client.send(text);
  return client.end();
}

describe('a stream', () => {
  it('is opened by the server too, with from, version, xml:lang and the features', async () => {
    const client = await RawTcp.opened(port);
    expect(client.heard).toMatch(/^<\?xml version='1.0'\?><stream:stream xmlns="jabber:client" /);
    for (const text of [`xmlns:stream="${NS.stream}"`, 'from="fin-a"', 'version="1.0"', 'xml:lang="en"'])
      expect(client.heard).toContain(text);
    expect(client.heard).toContain('<stream:features ');
    client.drop();
  });

  it('has an id that is another every time and cannot be guessed', async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => RawTcp.opened(port)));
    const found = clients.map(({ heard }) => idOf(heard));
    expect(new Set(found).size).toBe(5);
    for (const id of found)
      expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/);
    for (const client of clients) client.drop();
  });

  it('names the client as the client names itself, and not otherwise', async () => {
    const named = new RawTcp(port);
    await named.ask(header.replace("to='fin-a'", "to='fin-a' from='1001@fin-a/x'"), '</stream:features>');
    expect(named.heard).toContain(' to="1001@fin-a"');
    const nameless = await RawTcp.opened(port);
    expect(nameless.heard).not.toContain(' to=');
    named.drop();
    nameless.drop();
  });

  it('is closed when the client closes it, and nothing comes after', async () => {
    const client = await RawTcp.bound(port, '1001', 'closing');
    client.heard = '';
    client.send(`</stream:stream>${ping}`);
    expect(await client.end()).toBe('</stream:stream>');
  });

  it('lets whitespace between stanzas be', async () => {
    const client = await RawTcp.bound(port, '1001', 'blank');
    expect(await client.ask(` \n\n ${ping} `, 'id="ping"')).toContain('type="result"');
    client.drop();
  });
});

describe('a stream error', () => {
  it('ends the stream and the connection, in a stream of its own when there was none', async () => {
    const heard = await ending('<a/>');
    expect(heard).toMatch(
      /^<\?xml[^>]*><stream:stream [^>]*><stream:error [^>]*><not-well-formed xmlns="urn:ietf:params:xml:ns:xmpp-streams"\/><text xmlns="urn:ietf:params:xml:ns:xmpp-streams">[^<]+<\/text><\/stream:error><\/stream:stream>$/,
    );
  });

  it.each([
    ['another stream namespace', header.replace(NS.stream, 'urn:other'), 'invalid-namespace'],
    ['another content namespace', header.replace('jabber:client', 'jabber:server'), 'invalid-namespace'],
    ['no stream namespace', header.replace(/ xmlns:stream='[^']*'/, ''), 'invalid-namespace'],
    ['another domain', header.replace('fin-a', 'elsewhere'), 'host-unknown'],
    ['another encoding', header.replace("'1.0'?", "'1.0' encoding='ISO-8859-1'?"), 'unsupported-encoding'],
    ['a comment before the header', `<!-- x -->${header}`, 'restricted-xml'],
    ['a comment', `${header}<!-- x -->`, 'restricted-xml'],
    ['a processing instruction', `${header}<?x y?>`, 'restricted-xml'],
    ['a DTD', `<!DOCTYPE x>${header}`, 'restricted-xml'],
    ['an entity that is not predefined', `${header}<iq>&x;</iq>`, 'restricted-xml'],
    ['what is not well-formed', `${header}<iq></q>`, 'not-well-formed'],
    ['text between stanzas', `${header}x<iq/>`, 'not-well-formed'],
    ['a second header', `${header}${header}`, 'not-well-formed'],
  ])('is the answer to %s', async (_name, text, condition) => {
    expect(await ending(text)).toContain(`<${condition} xmlns="${NS.streams}"/>`);
  });

  it('is the answer to what is no UTF-8, also when the bytes come apart', async () => {
    const begin = Buffer.from(header);
    const condition = `<unsupported-encoding xmlns="${NS.streams}"/>`;
    expect(await ending(begin, Buffer.from([0x3c, 0x61, 0x3e, 0xff]))).toContain(condition);
    const client = await RawTcp.opened(port);
    client.send(Buffer.from([0x3c, 0x61, 0x3e, 0xc3]));
    client.send(Buffer.from([0x28]));
    expect(await client.end()).toContain(condition);
  });

  it('is the answer to a stanza that is none of the three, or in another namespace', async () => {
    for (const text of ['<note/>', '<iq xmlns="urn:other" type="get" id="1"><q xmlns="urn:x"/></iq>']) {
      const client = await RawTcp.bound(port, '1001', 'types');
      client.send(text);
      expect(await client.end()).toContain(`<unsupported-stanza-type xmlns="${NS.streams}"/>`);
    }
  });

  it('is the answer to another from than the session’s own, full or bare', async () => {
    const client = await RawTcp.bound(port, '1001', 'from');
    for (const from of ['1001@fin-a', '1001@fin-a/from'])
      expect(await client.ask(ping.replace('<iq', `<iq from="${from}"`), 'id="ping"')).toContain('result');
    client.send(ping.replace('<iq', '<iq from="1001@fin-a/else"'));
    expect(await client.end()).toContain(`<invalid-from xmlns="${NS.streams}"/>`);
  });
});

describe('STARTTLS', () => {
  it('is offered, followed by a new stream without it, and takes nothing over from before', async () => {
    const client = await RawTcp.opened(port);
    expect(client.heard).toContain(starttls);
    const before = idOf(client.heard);
    // What stands behind the request was not protected: were it taken, the client would be in after the handshake.
    await client.ask(`${starttls}${plain()}`, `<proceed xmlns="${NS.tls}"/>`);
    await client.secure();
    await client.ask(header, '</stream:features>');
    expect(client.heard).not.toContain('starttls');
    expect(client.heard).toContain('<mechanisms');
    expect(idOf(client.heard)).not.toBe(before);
    client.send(starttls);
    expect(await client.end()).toContain(`<not-authorized xmlns="${NS.streams}"/>`);
  });

  it('that fails ends the connection', async () => {
    const client = await RawTcp.opened(port);
    await client.ask(starttls, '<proceed');
    client.heard = '';
    client.send(`${header}${plain()}`);
    expect(await client.end()).not.toContain('<');
  });
});

describe('SASL', () => {
  it('offers its mechanisms until somebody is in, and a new stream then', async () => {
    const client = await RawTcp.opened(port);
    for (const name of ['SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN'])
      expect(client.heard).toContain(`<mechanism>${name}</mechanism>`);
    const before = idOf(client.heard);
    await client.ask(plain(), `<success xmlns="${NS.sasl}"/>`);
    await client.ask(header, '</stream:features>');
    expect(client.heard).toMatch(/^<\?xml/);
    expect(client.heard).not.toContain('mechanism');
    expect(client.heard).toContain(`<bind xmlns="${NS.bind}"/>`);
    expect(idOf(client.heard)).not.toBe(before);
    client.drop();
  });

  it.each([
    ['data that are no base64', auth('!!!'), 'incorrect-encoding'],
    ['data that are no message of the mechanism', auth(base64('x')), 'malformed-request'],
    ['a mechanism that is not offered', auth('', 'GSSAPI'), 'invalid-mechanism'],
    ['no mechanism', `<auth xmlns="${NS.sasl}"/>`, 'invalid-mechanism'],
    ['a wrong password', auth(base64('\0' + '1001\0x')), 'not-authorized'],
    ['another user’s identity', plain('1001', '1002@fin-a'), 'invalid-authzid'],
    ['the same name of another domain', plain('1001', '1001@elsewhere'), 'invalid-authzid'],
    [
      'another user’s identity in SCRAM',
      auth(base64('n,a=1002,n=1001,r=abc'), 'SCRAM-SHA-1'),
      'invalid-authzid',
    ],
    [
      'channel binding, which is not offered',
      auth(base64('p=tls-unique,,n=1001,r=abc'), 'SCRAM-SHA-1'),
      'malformed-request',
    ],
    [
      'an extension that must be understood',
      auth(base64('n,,m=x,n=1001,r=abc'), 'SCRAM-SHA-1'),
      'malformed-request',
    ],
  ])('answers %s with the failure, and lets the client try again', async (_name, text, condition) => {
    const client = await RawTcp.opened(port);
    await client.ask(text, `<failure xmlns="${NS.sasl}"><${condition}/></failure>`);
    await client.ask(plain(), '<success');
    client.drop();
  });

  it('takes the own identity, as name or bare JID', async () => {
    for (const authzid of ['1001', '1001@fin-a', '1001@FIN-A']) {
      const client = await RawTcp.opened(port);
      await client.ask(plain('1001', authzid), '<success');
      client.drop();
    }
  });

  it('is aborted by the client, and begun again', async () => {
    const client = await RawTcp.opened(port);
    await client.ask(auth(base64('n,,n=1001,r=abc'), 'SCRAM-SHA-1'), '<challenge');
    await client.ask(`<abort xmlns="${NS.sasl}"/>`, `<failure xmlns="${NS.sasl}"><aborted/></failure>`);
    await client.ask(plain(), '<success');
    client.drop();
  });

  it('ends after three failures', async () => {
    const client = await RawTcp.opened(port);
    for (const _ of [1, 2, 3]) await client.ask(auth('!!!'), '<failure');
    expect(await client.end()).toContain(`<policy-violation xmlns="${NS.streams}"/>`);
  });

  it('notices in SCRAM a header that was changed on the way, another nonce, a proof that is none', async () => {
    const final = async (changed: (nonce: string) => string) => {
      const client = await RawTcp.opened(port);
      await client.ask(auth(base64('n,,n=1001,r=abc'), 'SCRAM-SHA-1'), '</challenge>');
      const challenge = Buffer.from(
        /<challenge[^>]*>([^<]*)/.exec(client.heard)?.[1] ?? '',
        'base64',
      ).toString();
      const nonce = /^r=([^,]*),s=[^,]+,i=\d+$/.exec(challenge)?.[1] ?? '';
      expect(nonce).toMatch(/^abc.{10,}/);
      const response = `<response xmlns="${NS.sasl}">${base64(changed(nonce))}</response>`;
      await client.ask(response, '</failure>');
      client.drop();
      return client.heard;
    };
    const proof = base64('x'.repeat(20));
    expect(await final((nonce) => `c=${base64('y,,')},r=${nonce},p=${proof}`)).toContain(
      '<malformed-request/>',
    );
    expect(await final(() => `c=biws,r=abcdef,p=${proof}`)).toContain('<malformed-request/>');
    expect(await final((nonce) => `c=biws,r=${nonce}`)).toContain('<malformed-request/>');
    expect(await final((nonce) => `c=biws,r=${nonce},p=${proof}`)).toContain('<not-authorized/>');
    expect(await final((nonce) => `c=biws,r=${nonce},p=!`)).toContain('<incorrect-encoding/>');
  });

  it('comes before anything else', async () => {
    for (const text of [ping, bind(), '<presence/>'])
      expect(await ending(header, text)).toContain(`<not-authorized xmlns="${NS.streams}"/>`);
  });
});

describe('resource binding', () => {
  it('comes before stanzas', async () => {
    for (const text of [ping, '<presence/>', '<message/>']) {
      const client = await RawTcp.authenticated(port);
      client.send(text);
      expect(await client.end()).toContain(`<not-authorized xmlns="${NS.streams}"/>`);
    }
  });

  it('gives the resource that the client wants, and one of its own to who wants none', async () => {
    const client = await RawTcp.bound(port, '1001', 'mine');
    expect(client.heard).toContain('<jid>1001@fin-a/mine</jid>');
    const nameless = await RawTcp.authenticated(port);
    await nameless.ask(`<iq type="set" id="b"><bind xmlns="${NS.bind}"/></iq>`, '</jid>');
    expect(nameless.heard).toMatch(/<jid>1001@fin-a\/[^<]{20,}<\/jid>/);
    client.drop();
    nameless.drop();
  });

  it('ends the older of two sessions of one resource', async () => {
    const older = await RawTcp.bound(port, '1001', 'same');
    const newer = await RawTcp.bound(port, '1001', 'same');
    expect(await older.end()).toContain(`<conflict xmlns="${NS.streams}"/>`);
    expect(await newer.ask(ping, 'id="ping"')).toContain('result');
    newer.drop();
  });
});
