import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  chooseSasl,
  fromBase64,
  fromUtf8,
  randomNonce,
  ScramClient,
  ScramError,
  toBase64,
  utf8,
} from '../src/index.js';

const salt = 'QSXCR+Q6sek8bf92';

describe('SCRAM', () => {
  it('computes the example of RFC 5802, section 5', async () => {
    const scram = new ScramClient('SHA-1', 'user', 'pencil', 'fyko+d2lbbFgONRv9qkxdawL');
    expect(scram.first()).toBe('n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL');
    const challenge = `r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=${salt},i=4096`;
    expect(await scram.final(challenge)).toBe(
      'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    );
    scram.verify('v=rmF9pqV8S7suAoZWja4dJRkFsKQ=');
    expect(() => scram.verify('v=AAAA')).toThrow('signature');
  });

  it('computes the example of RFC 7677, section 3', async () => {
    const scram = new ScramClient('SHA-256', 'user', 'pencil', 'rOprNGfwEbeRWgbNEkqO');
    expect(scram.first()).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO');
    const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
    expect(await scram.final(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)).toBe(
      `c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`,
    );
    scram.verify('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
  });

  it.each([
    [`r=other,s=${salt},i=4096`, 'the nonce is not ours'],
    [`r=abc,s=${salt},i=4096`, 'the nonce is not ours'],
    [`s=${salt},i=4096`, 'the nonce is not ours'],
    ['r=abcd,i=4096', 'the salt is missing'],
    [`r=abcd,s=${salt}`, 'the iteration count "" is not a number from 1 to 1000000'],
    [`r=abcd,s=${salt},i=0`, 'the iteration count "0"'],
    [`r=abcd,s=${salt},i=1e3`, 'the iteration count "1e3"'],
    [`r=abcd,s=${salt},i=2000000000`, 'the iteration count "2000000000"'],
    [`m=x,r=abcd,s=${salt},i=4096`, 'the server demands an extension that is not known'],
    ['', 'the nonce is not ours'],
  ])('does not answer %j', async (challenge, problem) => {
    const scram = new ScramClient('SHA-1', 'u', 'p', 'abc');
    const answer = scram.final(challenge);
    await expect(answer).rejects.toThrow(problem);
    await expect(answer).rejects.toBeInstanceOf(ScramError);
  });

  it('believes no server before it was asked, nor one that refuses', async () => {
    const scram = new ScramClient('SHA-256', 'u', 'p', 'abc');
    expect(() => scram.verify('v=')).toThrow(ScramError);
    await scram.final(`r=abcd,s=${salt},i=1`);
    expect(() => scram.verify('')).toThrow(ScramError);
    expect(() => scram.verify('e=other-error')).toThrow('the server refuses: other-error');
  });

  it('escapes names, and uses the passwords that look alike as one', async () => {
    expect(new ScramClient('SHA-1', 'a=b,c', 'p', 'n').first()).toBe('n,,n=a=3Db=2Cc,r=n');
    const answer = (password: string) =>
      new ScramClient('SHA-1', 'u', password, 'abc').final(`r=abcd,s=${salt},i=1`);
    expect(await answer('I\u2163')).toBe(await answer('IIV'));
  });

  it('draws a nonce that is new and printable', () => {
    expect(randomNonce()).toMatch(/^[A-Za-z0-9+/]{24}$/);
    expect(randomNonce()).not.toBe(randomNonce());
  });
});

describe('the choice of a mechanism', () => {
  const credentials = { username: '1001', password: 'pä' };
  it.each([
    [['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-256-PLUS'], true, 'SCRAM-SHA-256'],
    [['DIGEST-MD5', 'SCRAM-SHA-1', 'PLAIN'], true, 'SCRAM-SHA-1'],
    [['DIGEST-MD5', 'PLAIN'], true, 'PLAIN'],
    [['PLAIN'], false, undefined],
    [['PLAIN', 'SCRAM-SHA-1'], false, 'SCRAM-SHA-1'],
    [['plain', 'DIGEST-MD5'], true, undefined],
    [[], true, undefined],
  ])('%j, PLAIN allowed: %s', (offered, allowPlain, mechanism) => {
    expect(chooseSasl(offered, credentials, allowPlain)?.mechanism).toBe(mechanism);
  });

  it('says name and password at once with PLAIN', () => {
    expect(fromUtf8(fromBase64(chooseSasl(['PLAIN'], credentials, true)?.initial() ?? ''))).toBe(
      '\0' + '1001\0pä',
    );
  });
});

describe('base64', () => {
  it('gives the bytes back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect([...fromBase64(toBase64(bytes))]).toEqual([...bytes]);
      }),
    );
    expect(toBase64(utf8('\0' + '1001\0pw'))).toBe('ADEwMDEAcHc=');
  });
});
