import { describe, expect, it } from 'vitest';
import { NS } from '../src/index.js';
import {
  challenge,
  Dialogue,
  failure,
  mechanisms,
  ScriptedScram,
  streamError,
  success,
} from './support/dialogue.js';

const condition = (name: string) => `<${name} xmlns="${NS.streams}"/>`;
const retryAfter = (seconds: string) => `<retry-after xmlns="${NS.overload}" seconds="${seconds}"/>`;

describe('a stream error', () => {
  it.each([
    ['conflict', { kind: 'conflict' }],
    ['system-shutdown', { kind: 'system-shutdown' }],
    ['resource-constraint', { kind: 'resource-constraint' }],
    ['not-well-formed', { kind: 'not-well-formed' }],
    ['policy-violation', { kind: 'stream-error', condition: 'policy-violation' }],
    ['connection-timeout', { kind: 'stream-error', condition: 'connection-timeout' }],
  ])('%s is told as what it is', (name, expected) => {
    for (const framing of ['tcp', 'websocket'] as const) {
      const dialogue = new Dialogue(framing);
      dialogue.goOnline();
      dialogue.say(streamError(condition(name), `<text xmlns="${NS.streams}">why</text>`));
      expect(dialogue.last).toMatchObject({
        type: 'failed',
        failure: { condition: name, text: 'why', ...expected },
      });
      dialogue.say('</stream:stream>');
      expect(dialogue.last).toMatchObject({ type: 'failed' });
    }
  });

  it.each([
    ['7', 7_000],
    ['0', 0],
    ['2.5', 2_500],
    ['', undefined],
    ['-1', undefined],
    ['soon', undefined],
    ['Infinity', undefined],
    ['1e400', undefined],
    ['99999999', undefined],
  ])('may say how long to stay away: %j seconds', (seconds, retryAfterMs) => {
    const dialogue = new Dialogue('tcp');
    dialogue.begin(streamError(condition('resource-constraint'), retryAfter(seconds)));
    expect(dialogue.last).toEqual({
      type: 'failed',
      failure: { kind: 'resource-constraint', condition: 'resource-constraint', retryAfterMs },
    });
  });

  it('without a condition is one all the same', () => {
    const dialogue = new Dialogue('tcp');
    dialogue.begin(streamError());
    expect(dialogue.last).toMatchObject({
      failure: { kind: 'stream-error', condition: 'undefined-condition' },
    });
  });
});

describe('a SASL failure', () => {
  it.each([
    ['not-authorized', 'unauthorized'],
    ['credentials-expired', 'unauthorized'],
    ['invalid-authzid', 'unauthorized'],
    ['account-disabled', 'account-disabled'],
    ['temporary-auth-failure', 'temporary-auth-failure'],
    ['encryption-required', 'tls-required'],
    ['invalid-mechanism', 'no-mechanism'],
    ['mechanism-too-weak', 'no-mechanism'],
    ['malformed-request', 'temporary-auth-failure'],
    ['aborted', 'temporary-auth-failure'],
  ])('%s is told as %s', (name, kind) => {
    const dialogue = new Dialogue('websocket');
    dialogue.begin(mechanisms('PLAIN'), failure(`<${name}/><text>in words</text>`));
    expect(dialogue.last).toMatchObject({
      type: 'failed',
      failure: { kind, condition: name, text: 'in words' },
    });
  });
});

describe.each(['SHA-1', 'SHA-256'] as const)('a login with SCRAM-%s', (hash) => {
  const offer = mechanisms('PLAIN', `SCRAM-${hash}`);
  async function respond(dialogue: Dialogue): Promise<{ scram: ScriptedScram; response: string }> {
    dialogue.begin(offer);
    const scram = new ScriptedScram(hash);
    dialogue.say(challenge(scram.first(dialogue.sent.at(-1) ?? '')));
    return { scram, response: await dialogue.nextSent(/^<response/) };
  }

  it.each(['tcp', 'websocket'] as const)(
    'proves the password to the server and the server to the client over %s',
    async (framing) => {
      const dialogue = new Dialogue(framing);
      const { scram, response } = await respond(dialogue);
      const verifier = await scram.final(response, 'pw');
      expect(verifier).not.toBeNull();
      dialogue.say(success(verifier ?? ''));
      expect(dialogue.last).toMatchObject({
        type: 'send',
        data: expect.stringMatching(/stream:stream|<open/),
      });
    },
  );

  it('takes the proof in a challenge too', async () => {
    const dialogue = new Dialogue('tcp');
    const { scram, response } = await respond(dialogue);
    dialogue.say(challenge((await scram.final(response, 'pw')) ?? ''));
    await dialogue.nextSent(/^<response[^>]*\/>|^<response[^>]*><\/response>/);
    dialogue.say(success());
    expect(dialogue.last).toMatchObject({ type: 'send', data: expect.stringContaining('<stream:stream') });
  });

  it('proves nothing with another password', async () => {
    const dialogue = new Dialogue('tcp', { password: 'guess' });
    const { scram, response } = await respond(dialogue);
    expect(await scram.final(response, 'pw')).toBeNull();
  });

  it.each([
    ['without a proof', ''],
    ['with the proof of another', 'dj1BQUFB'],
    ['with what is no base64', '!!'],
  ])('does not take a success %s', async (_how, proof) => {
    const dialogue = new Dialogue('tcp');
    await respond(dialogue);
    dialogue.say(success(proof));
    expect(dialogue.last).toMatchObject({
      type: 'failed',
      failure: { kind: 'stream-error', condition: 'sasl' },
    });
  });

  it('does not take a success that comes before the challenge', () => {
    const dialogue = new Dialogue('tcp');
    dialogue.begin(offer, success('dj1BQUFB'));
    expect(dialogue.last).toMatchObject({ type: 'failed', failure: { condition: 'sasl' } });
  });

  it('ends with a challenge that makes no sense', async () => {
    const dialogue = new Dialogue('tcp');
    dialogue.begin(offer, challenge('!!'));
    expect(await dialogue.next('failed')).toMatchObject({
      failure: { kind: 'stream-error', condition: 'sasl' },
    });
  });

  it('keeps the order: what comes while it computes waits, a failure, an end and an error alike', async () => {
    for (const [text, output] of [
      [failure('<not-authorized/>'), { type: 'failed', failure: { kind: 'unauthorized' } }],
      [
        `${failure('<account-disabled/>')}</stream:stream>`,
        { type: 'failed', failure: { kind: 'account-disabled' } },
      ],
      ['</stream:stream>', { type: 'ended' }],
      ['<not-well-formed', null],
      ['<<', { type: 'failed', failure: { kind: 'not-well-formed' } }],
      [streamError(condition('system-shutdown')), { type: 'failed', failure: { kind: 'system-shutdown' } }],
    ] as const) {
      const dialogue = new Dialogue('tcp');
      dialogue.begin(offer);
      const before = dialogue.outputs.length;
      dialogue.say(challenge(new ScriptedScram(hash).first(dialogue.sent.at(-1) ?? '')) + text);
      expect(dialogue.outputs).toHaveLength(before);
      await dialogue.nextSent(/^<response/);
      if (output === null) expect(dialogue.outputs).toHaveLength(before + 1);
      else await dialogue.next(output.type);
      expect(dialogue.outputs[before]).toMatchObject({ data: expect.stringMatching(/^<response/) });
      if (output !== null) expect(dialogue.last).toMatchObject(output);
    }
  });

  it('comes to nothing when the stream is closed meanwhile', async () => {
    const dialogue = new Dialogue('tcp');
    dialogue.begin(offer, challenge('!!'));
    dialogue.stream.close();
    const before = dialogue.outputs.length;
    // A second stream that was told the same later has its answer: the first one's would have come.
    const other = new Dialogue('tcp');
    other.begin(offer, challenge('!!'));
    await other.next('failed');
    expect(dialogue.outputs).toHaveLength(before);
  });
});
