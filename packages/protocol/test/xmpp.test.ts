import { describe, expect, it } from 'vitest';
import { ScramClient, type StreamOutput, toBase64, utf8, XmppClientStream, xml } from '../src/index.js';

describe('SCRAM', () => {
  it('computes the example of RFC 5802, section 5', async () => {
    const scram = new ScramClient('SHA-1', 'user', 'pencil', 'fyko+d2lbbFgONRv9qkxdawL');
    expect(scram.first()).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
    const challenge = 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096';
    expect(await scram.final(challenge)).toBe(
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    );
    scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=');
    expect(() => scram.verify('v=AAAA')).toThrow('signature');
  });

  it('computes the example of RFC 7677, section 3', async () => {
    const scram = new ScramClient('SHA-256', 'user', 'pencil', 'rOprNGfwEbeRWgbNEkqO');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    expect(await scram.final(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)).toBe(
      `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    );
    scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it('does not answer a server that changes the nonce', async () => {
    const scram = new ScramClient('SHA-1', 'u', 'p', 'abc');
    await expect(scram.final('r=other,s=QSXC,i=4096')).rejects.toThrow('nonce');
  });
});

const streamNs = 'xmlns:stream="http://etherx.jabber.org/streams"';
const sasl = 'urn:ietf:params:xml:ns:xmpp-sasl';

/** A server in a script: what the client says, and what it is answered. */
function dialogue(
  framing: 'tcp' | 'websocket',
  options: Partial<ConstructorParameters<typeof XmppClientStream>[0]> = {},
) {
  const outputs: StreamOutput[] = [];
  const stream = new XmppClientStream(
    {
      framing,
      domain: 'fin-a',
      username: '1001',
      password: 'pw',
      resource: 'r',
      secure: true,
      startTls: 'never',
      allowPlainWithoutTls: false,
      ...options,
    },
    (output) => outputs.push(output),
  );
  const open =
    framing === 'tcp'
      ? `<?xml version="1.0"?><stream:stream xmlns="jabber:client" ${streamNs} version="1.0" id="1">`
      : '<open xmlns="urn:ietf:params:xml:ns:xmpp-framing" version="1.0"/>';
  const say = (...texts: string[]) => {
    for (const text of texts) stream.receive(text);
  };
  const sent = () => outputs.flatMap((output) => (output.type === 'send' ? [output.data] : []));
  return { stream, outputs, say, sent, open };
}

const features = (...inner: string[]) => `<stream:features ${streamNs}>${inner.join('')}</stream:features>`;
const mechanisms = (...names: string[]) =>
  features(
    `<mechanisms xmlns="${sasl}">${names.map((name) => `<mechanism>${name}</mechanism>`).join('')}</mechanisms>`,
  );
const bindFeature = features('<bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"/>');
const bound =
  '<iq xmlns="jabber:client" type="result" id="bind"><bind xmlns="urn:ietf:params:xml:ns:xmpp-bind"><jid>1001@fin-a/r</jid></bind></iq>';

describe('XmppClientStream', () => {
  it.each(['tcp', 'websocket'] as const)('logs in over %s with PLAIN and passes stanzas on', (framing) => {
    const { stream, outputs, say, sent, open } = dialogue(framing);
    stream.start();
    say(open, mechanisms('PLAIN'));
    expect(sent().at(-1)).toBe(
      `<auth xmlns="${sasl}" mechanism="PLAIN">${toBase64(utf8('\0' + '1001' + '\0pw'))}</auth>`,
    );
    say(`<success xmlns="${sasl}"/>`, open, bindFeature, bound);
    expect(outputs.at(-1)).toEqual({ type: 'online', jid: '1001@fin-a/r' });
    say('<message xmlns="jabber:client"><body>x</body></message>');
    expect(outputs.at(-1)).toMatchObject({ type: 'stanza' });
    stream.send(xml('presence'));
    expect(sent().at(-1)).toBe(framing === 'tcp' ? '<presence/>' : '<presence xmlns="jabber:client"/>');
  });

  it('asks for TLS first, and does not take anything said before it', () => {
    const { stream, outputs, say, open } = dialogue('tcp', { secure: false, startTls: 'required' });
    stream.start();
    say(open, features('<starttls xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>'));
    say(`<proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"/>${mechanisms('PLAIN')}`);
    expect(outputs.at(-1)).toEqual({ type: 'start-tls' });
    stream.secured();
    say(open, mechanisms('PLAIN'));
    expect(outputs.at(-1)).toMatchObject({ type: 'send', data: expect.stringContaining('<auth') });
  });

  it('never says a password in the clear unless it is told to', () => {
    const { stream, outputs, say, open } = dialogue('tcp', { secure: false });
    stream.start();
    say(open, mechanisms('PLAIN'));
    expect(outputs.at(-1)).toMatchObject({ type: 'failed', failure: { kind: 'no-mechanism' } });
  });

  it('keeps the order across SCRAM: what comes meanwhile waits', async () => {
    const { stream, outputs, say, sent, open } = dialogue('tcp');
    stream.start();
    say(open, mechanisms('PLAIN', 'SCRAM-SHA-1'));
    const first = atob(/SCRAM-SHA-1">(.*)<\/auth>/.exec(sent().at(-1)!)![1]!);
    const nonce = /r=(.*)$/.exec(first)![1];
    const challenge = toBase64(utf8(`r=${nonce}abc,s=QSXCR+Q6sek8bf92,i=4096`));
    say(
      `<challenge xmlns="${sasl}">${challenge}</challenge><failure xmlns="${sasl}"><not-authorized/></failure>`,
    );
    await expect
      .poll(() => outputs.at(-1))
      .toMatchObject({ type: 'failed', failure: { kind: 'unauthorized' } });
    expect(sent().at(-1)).toContain('<response');
  });

  it.each([
    [
      `<stream:error ${streamNs}><conflict xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>`,
      { kind: 'conflict' },
    ],
    [
      `<stream:error ${streamNs}><system-shutdown xmlns="urn:ietf:params:xml:ns:xmpp-streams"/></stream:error>`,
      { kind: 'system-shutdown' },
    ],
    [
      `<stream:error ${streamNs}><resource-constraint xmlns="urn:ietf:params:xml:ns:xmpp-streams"/><retry-after xmlns="urn:finesse-ha:overload" seconds="7"/></stream:error>`,
      { kind: 'resource-constraint', retryAfterMs: 7_000 },
    ],
    [`<failure xmlns="${sasl}"><account-disabled/></failure>`, { kind: 'account-disabled' }],
    [`<failure xmlns="${sasl}"><temporary-auth-failure/></failure>`, { kind: 'temporary-auth-failure' }],
    ['<a></b>', { kind: 'not-well-formed' }],
  ])('tells %s', (text, failure) => {
    const { stream, outputs, say, open } = dialogue('tcp');
    stream.start();
    say(open, mechanisms('PLAIN'), text);
    expect(outputs.at(-1)).toMatchObject({ type: 'failed', failure });
    const before = outputs.length;
    say('<presence/>');
    expect(outputs.length).toBe(before);
  });

  it('tells an orderly end', () => {
    const { stream, outputs, say, open } = dialogue('websocket');
    stream.start();
    say(open, '<close xmlns="urn:ietf:params:xml:ns:xmpp-framing"/>');
    expect(outputs.at(-1)).toEqual({ type: 'ended' });
  });
});
