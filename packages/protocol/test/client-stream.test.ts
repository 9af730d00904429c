import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NS, xml } from '../src/index.js';
import {
  bindFeature,
  bound,
  Dialogue,
  features,
  iqError,
  mechanisms,
  proceed,
  streamError,
  success,
  tlsFeature,
} from './support/dialogue.js';
import { pieces } from './support/trees.js';

const framings = ['tcp', 'websocket'] as const;
const message = (body: string) => `<message xmlns="${NS.client}"><body>${body}</body></message>`;

describe.each(framings)('a stream over %s', (framing) => {
  it('logs in with PLAIN, binds, and passes stanzas on', () => {
    const dialogue = new Dialogue(framing);
    dialogue.begin(mechanisms('PLAIN'));
    expect(dialogue.sent.at(-1)).toBe(`<auth xmlns="${NS.sasl}" mechanism="PLAIN">ADEwMDEAcHc=</auth>`);
    dialogue.say(success(), dialogue.open, bindFeature(), bound);
    expect(dialogue.last).toEqual({ type: 'online', jid: '1001@fin-a/r' });
    expect(dialogue.sent).toHaveLength(4);
    dialogue.say(message('x'));
    expect(dialogue.last).toMatchObject({ type: 'stanza', stanza: { name: 'message' } });
    const presence = xml('presence', {}, xml('priority', {}, '0'));
    dialogue.stream.send(presence);
    dialogue.stream.send(presence);
    const sent = `<presence${framing === 'tcp' ? '' : ` xmlns="${NS.client}"`}><priority>0</priority></presence>`;
    expect(dialogue.sent.slice(-2)).toEqual([sent, sent]);
    // The stanza is still what its maker made it.
    expect(presence.toString()).toBe('<presence><priority>0</priority></presence>');
  });

  it('opens both its streams as the framing wants it', () => {
    const dialogue = new Dialogue(framing);
    dialogue.goOnline();
    const header =
      framing === 'tcp'
        ? `<?xml version="1.0"?><stream:stream xmlns="${NS.client}" xmlns:stream="${NS.stream}" to="fin-a" version="1.0">`
        : `<open xmlns="${NS.framing}" to="fin-a" version="1.0"/>`;
    expect(dialogue.sent.filter((text) => text === header)).toHaveLength(2);
  });

  it('asks for a session only where the server demands one', () => {
    const demanded = new Dialogue(framing);
    demanded.begin(mechanisms('PLAIN'), success());
    demanded.say(demanded.open, bindFeature(`<session xmlns="${NS.session}"/>`), bound);
    expect(demanded.sent.at(-1)).toContain(`<session xmlns="${NS.session}"/>`);
    demanded.say(`<iq xmlns="${NS.client}" type="result" id="session"/>`);
    expect(demanded.last).toEqual({ type: 'online', jid: '1001@fin-a/r' });

    const optional = new Dialogue(framing);
    optional.begin(mechanisms('PLAIN'), success());
    optional.say(optional.open, bindFeature(`<session xmlns="${NS.session}"><optional/></session>`), bound);
    expect(optional.last).toMatchObject({ type: 'online' });
  });

  it('keeps what comes before it is online, for after', () => {
    const dialogue = new Dialogue(framing);
    dialogue.begin(mechanisms('PLAIN'), success());
    dialogue.say(
      dialogue.open,
      bindFeature(`<session xmlns="${NS.session}"/>`),
      message('1'),
      bound,
      message('2'),
    );
    const session = `<iq xmlns="${NS.client}" type="result" id="session"/>`;
    dialogue.say(session, message('3'));
    const told = dialogue.outputs.slice(-4);
    expect(
      told.map((output) => (output.type === 'stanza' ? output.stanza.getChildText('body') : output.type)),
    ).toEqual(['online', '1', '2', '3']);
  });

  it('answers the end of the stream, and tells it', () => {
    const dialogue = new Dialogue(framing);
    dialogue.goOnline();
    const end = framing === 'tcp' ? '</stream:stream>' : `<close xmlns="${NS.framing}"/>`;
    dialogue.say(end);
    expect(dialogue.outputs.slice(-2)).toEqual([{ type: 'send', data: end }, { type: 'ended' }]);
    expectSilence(dialogue);
  });

  it('says goodbye once, and hears nothing after it', () => {
    const dialogue = new Dialogue(framing);
    dialogue.goOnline();
    dialogue.stream.close();
    expect(dialogue.last).toEqual({
      type: 'send',
      data: framing === 'tcp' ? '</stream:stream>' : `<close xmlns="${NS.framing}"/>`,
    });
    expectSilence(dialogue);
  });

  it('says nothing when it is closed before it began', () => {
    const dialogue = new Dialogue(framing);
    dialogue.stream.close();
    dialogue.stream.start();
    expect(dialogue.outputs).toEqual([]);
  });

  it('begins once', () => {
    const dialogue = new Dialogue(framing);
    dialogue.say('<hello/>');
    dialogue.stream.start();
    dialogue.stream.start();
    expect(dialogue.outputs).toHaveLength(1);
  });

  it.each([
    ['no text at all', 'HTTP/1.1 400 Bad Request\r\n\r\n<html>'],
    ['a web page', '<!DOCTYPE html><html>'],
    ['what is not well-formed', '<message><body></message>'],
    ['an entity', '<message>&xxe;</message>'],
  ])('ends with %s', (_what, text) => {
    const dialogue = new Dialogue(framing);
    dialogue.goOnline();
    dialogue.say(text);
    expect(dialogue.last).toMatchObject({ type: 'failed', failure: { kind: 'not-well-formed' } });
    expectSilence(dialogue);
  });

  it('ends with a stanza beyond the limits that it was given', () => {
    const dialogue = new Dialogue(framing, { limits: { maxBytes: 1_000 } });
    dialogue.goOnline();
    dialogue.say(message('x'.repeat(1_000)));
    expect(dialogue.last).toMatchObject({
      type: 'failed',
      failure: { text: expect.stringContaining('larger than 1000') },
    });
  });
});

/** Whatever is said and done now, nothing comes of it. */
function expectSilence(dialogue: Dialogue): void {
  const before = dialogue.outputs.length;
  dialogue.say(
    dialogue.open,
    message('late'),
    streamError(`<conflict xmlns="${NS.streams}"/>`),
    '</stream:stream>',
    '<',
  );
  dialogue.stream.send(xml('presence'));
  dialogue.stream.secured();
  dialogue.stream.start();
  dialogue.stream.close();
  expect(dialogue.outputs).toHaveLength(before);
}

describe('framing', () => {
  it('makes no difference of the pieces in which TCP brings the text', () => {
    const script = new Dialogue('tcp');
    script.goOnline();
    const end = `${message('a')} ${message('b')}</stream:stream>`;
    script.say(end);
    fc.assert(
      fc.property(
        pieces(mechanisms('PLAIN') + success()),
        pieces(`${bindFeature()}\n${bound}${end}`),
        (login, rest) => {
          const dialogue = new Dialogue('tcp');
          dialogue.begin(...login);
          dialogue.say(dialogue.open, ...rest);
          expect(dialogue.outputs.map(String)).toEqual(script.outputs.map(String));
          expect(dialogue.sent).toEqual(script.sent);
        },
      ),
    );
  });

  it('takes an empty frame for a keepalive, and half a stanza in a frame for an error', () => {
    const dialogue = new Dialogue('websocket');
    dialogue.goOnline();
    const before = dialogue.outputs.length;
    dialogue.say('', ' ');
    expect(dialogue.outputs).toHaveLength(before);
    dialogue.say('<message>');
    expect(dialogue.last).toMatchObject({ type: 'failed', failure: { kind: 'not-well-formed' } });
  });

  it('does not talk to a server of before XMPP 1.0', () => {
    const dialogue = new Dialogue('tcp');
    dialogue.stream.start();
    dialogue.say(`<stream:stream xmlns:stream="${NS.stream}">`);
    expect(dialogue.last).toMatchObject({ type: 'failed', failure: { condition: 'unsupported-version' } });
  });
});

describe('STARTTLS', () => {
  it('comes first, and nothing that was said before it counts', () => {
    const dialogue = new Dialogue('tcp', { secure: false, startTls: 'required' });
    dialogue.begin(tlsFeature('<required/>'));
    expect(dialogue.sent.at(-1)).toBe(`<starttls xmlns="${NS.tls}"/>`);
    dialogue.say(proceed + mechanisms('PLAIN') + success(), dialogue.open, mechanisms('PLAIN'));
    expect(dialogue.last).toEqual({ type: 'start-tls' });
    dialogue.stream.secured();
    dialogue.say(dialogue.open, mechanisms('PLAIN'));
    expect(dialogue.sent.at(-1)).toContain('<auth');
    expect(dialogue.outputs.filter(({ type }) => type === 'start-tls')).toHaveLength(1);
  });

  it.each(['required', 'optional'] as const)('that is %s fails when the server refuses it', (startTls) => {
    const dialogue = new Dialogue('tcp', { secure: false, startTls });
    dialogue.begin(tlsFeature(), `<failure xmlns="${NS.tls}"/>`);
    expect(dialogue.last).toMatchObject({ type: 'failed', failure: { kind: 'tls-required' } });
  });

  it.each([
    ['required', false, mechanisms('PLAIN'), { type: 'failed', failure: { kind: 'tls-required' } }],
    ['optional', false, mechanisms('PLAIN'), { type: 'failed', failure: { kind: 'no-mechanism' } }],
    ['optional', true, mechanisms('PLAIN'), { type: 'send', data: expect.stringContaining('<auth') }],
    [
      'never',
      true,
      features(
        `<starttls xmlns="${NS.tls}"/>`,
        mechanisms('PLAIN').replace(/<\/?stream:features[^>]*>/g, ''),
      ),
      { type: 'send', data: expect.stringContaining('<auth') },
    ],
  ] as const)(
    'that is %s, with PLAIN in the clear allowed: %s, and what is offered',
    (startTls, allowPlainWithoutTls, offer, output) => {
      const dialogue = new Dialogue('tcp', { secure: false, startTls, allowPlainWithoutTls });
      dialogue.begin(offer);
      expect(dialogue.last).toMatchObject(output);
    },
  );

  it('is not asked for where TLS is there already', () => {
    const dialogue = new Dialogue('tcp', { secure: true, startTls: 'required' });
    dialogue.begin(mechanisms('PLAIN'));
    expect(dialogue.sent.at(-1)).toContain('<auth');
  });
});

describe('what ends a login', () => {
  it('is that no mechanism fits', () => {
    const dialogue = new Dialogue('tcp');
    dialogue.begin(mechanisms('DIGEST-MD5', 'GSSAPI'));
    const text = 'none of the offered SASL mechanisms fits: DIGEST-MD5, GSSAPI';
    expect(dialogue.last).toEqual({ type: 'failed', failure: { kind: 'no-mechanism', text } });
  });

  it.each([
    [iqError('bind', `<conflict xmlns="${NS.stanzas}"/>`), { kind: 'conflict', condition: 'conflict' }],
    [
      iqError('bind', `<not-allowed xmlns="${NS.stanzas}"/>`),
      { kind: 'bind-failed', condition: 'not-allowed' },
    ],
    [
      iqError(
        'bind',
        `<resource-constraint xmlns="${NS.stanzas}"/>`,
        `<retry-after xmlns="${NS.overload}" seconds="3"/>`,
      ),
      { kind: 'resource-constraint', retryAfterMs: 3_000 },
    ],
    [`<iq xmlns="${NS.client}" type="result" id="bind"/>`, { kind: 'bind-failed' }],
  ])('is an answer to the binding such as %s', (answer, failure) => {
    const dialogue = new Dialogue('tcp');
    dialogue.begin(mechanisms('PLAIN'), success());
    dialogue.say(dialogue.open, bindFeature(), answer);
    expect(dialogue.last).toMatchObject({ type: 'failed', failure });
    expectSilence(dialogue);
  });

  it('is that there is nothing to bind to, or no session', () => {
    const unbound = new Dialogue('tcp');
    unbound.begin(mechanisms('PLAIN'), success());
    unbound.say(unbound.open, features());
    expect(unbound.last).toMatchObject({ type: 'failed', failure: { kind: 'bind-failed' } });

    const refused = new Dialogue('tcp');
    refused.begin(mechanisms('PLAIN'), success());
    refused.say(refused.open, bindFeature(`<session xmlns="${NS.session}"/>`), bound);
    refused.say(iqError('session', `<forbidden xmlns="${NS.stanzas}"/>`));
    expect(refused.last).toMatchObject({
      type: 'failed',
      failure: { kind: 'bind-failed', condition: 'forbidden' },
    });
  });
});
