import { describe, expect, it } from 'vitest';
import { Accounts, isSecret } from '../src/web-app/auth.ts';
import { parseConfig } from '../src/web-app/config.ts';
import { lonelyConfig } from './support/config.ts';

const { agents } = parseConfig(lonelyConfig());
const RULE = { attempts: 5, durationMs: 300_000 };

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

describe('credentials', () => {
  it('takes the right ones, whatever the case of the scheme', () => {
    const accounts = new Accounts(agents, [], RULE);
    const right = basic('1001001', 'pw-1001001');
    expect(accounts.identify(right)).toMatchObject({ ok: true, caller: { id: '1001001' } });
    expect(accounts.identify(right.replace('Basic', 'bAsIc'))).toMatchObject({ ok: true });
  });

  it('refuses everything else without failing', () => {
    const accounts = new Accounts(agents, [], RULE);
    expect(accounts.identify(undefined)).toMatchObject({ ok: false, cause: 'missing' });
    expect(accounts.identify('  ')).toMatchObject({ ok: false, cause: 'missing' });
    for (const header of ['Basic', 'Basic !!!', 'Bearer abc', 'Basic Og==', `Basic ${'A'.repeat(9_000)}`]) {
      expect(accounts.identify(header)).toMatchObject({ ok: false, cause: 'malformed' });
    }
    expect(accounts.identify(basic('nobody', 'x'))).toEqual({ ok: false, cause: 'wrong', user: 'nobody' });
    expect(accounts.identify(basic('1001001', ''))).toMatchObject({ ok: false, cause: 'wrong' });
    expect(accounts.identify(basic('__proto__', 'x'))).toMatchObject({ ok: false, cause: 'wrong' });
  });

  it('locks an account after five wrong passwords, even for the right one, and for five minutes', () => {
    let now = 1_000_000;
    const accounts = new Accounts(agents, [], RULE, () => now);
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      expect(accounts.identify(basic('1001001', 'no'))).toMatchObject({ cause: 'wrong' });
    }
    now += 60_000;
    expect(accounts.identify(basic('1001001', 'pw-1001001'))).toEqual({
      ok: false,
      cause: 'locked',
      user: '1001001',
      retryAfterMs: 240_000,
    });
    expect(accounts.identify(basic('1001002', 'pw-1001002'))).toMatchObject({ ok: true });
    now += 240_000;
    expect(accounts.identify(basic('1001001', 'pw-1001001'))).toMatchObject({ ok: true });
  });

  it('counts wrong passwords in a row only, and forgets old ones', () => {
    let now = 1_000_000;
    const accounts = new Accounts(agents, [], RULE, () => now);
    const wrong = () => accounts.identify(basic('1001001', 'no'));
    const right = () => accounts.identify(basic('1001001', 'pw-1001001'));
    for (let attempt = 1; attempt <= 4; attempt += 1) wrong();
    expect(right()).toMatchObject({ ok: true });
    for (let attempt = 1; attempt <= 4; attempt += 1) wrong();
    now += 300_001;
    wrong();
    expect(right()).toMatchObject({ ok: true });
  });

  it('locks a name that is nobody\u2019s as it locks an account, and keeps no more than its bound of them', () => {
    const accounts = new Accounts(agents, [], RULE);
    const causes = (user: string) =>
      Array.from({ length: 7 }, () => {
        const found = accounts.identify(basic(user, 'no'));
        return found.ok ? 'ok' : found.cause;
      });
    expect(causes('nobody')).toEqual(causes('1001001'));
    expect(causes('nobody').at(-1)).toBe('locked');
    for (let name = 0; name < 5_000; name += 1) accounts.identify(basic(`made-up-${name}`, 'no'));
    expect(causes('nobody')[0]).toBe('wrong');
    expect(causes('1001001')[0]).toBe('locked');
  });

  it('lets ten thousand sign in again at once: only failures count', () => {
    const accounts = new Accounts(agents, [], RULE);
    for (let attempt = 0; attempt < 10_000; attempt += 1) {
      expect(accounts.identify(basic('1001001', 'pw-1001001')).ok).toBe(true);
    }
  });

  it('compares the secret of the peer', () => {
    expect(isSecret('shared', 'shared')).toBe(true);
    expect(isSecret('share', 'shared')).toBe(false);
    expect(isSecret('', 'shared')).toBe(false);
    expect(isSecret(undefined, 'shared')).toBe(false);
  });
});
