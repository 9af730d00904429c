/** The command, on a client that fails over and on one that does not. */
import { fileURLToPath } from 'node:url';
import type { ConformanceRow } from '@finesse-ha/testing/conformance';
import { describe, expect, it } from 'vitest';
import { run } from './run.js';

const client = (name: string) => [
  process.execPath,
  fileURLToPath(new URL(`clients/${name}`, import.meta.url)),
];

async function examine(faults: string[], within: string, command: string[]) {
  const args = ['--json', '--within', within, '--fault', ...faults, '--', ...command];
  const { code, stdout, stderr } = await run(['conformance', ...args]);
  const { rows } = JSON.parse(stdout || '{"rows":[]}') as { rows: ConformanceRow[] };
  const verdicts = Object.fromEntries(
    rows.map(({ fault, judgements }) => [
      fault,
      Object.fromEntries(judgements.map(({ rule, verdict }) => [rule, verdict])),
    ]),
  );
  return { code, stderr, rows, verdicts };
}

describe.concurrent('finesse-ha conformance', () => {
  it('passes our client', { timeout: 120_000 }, async () => {
    const { code, verdicts, stderr } = await examine(['notification-service'], '30', client('ours.mjs'));
    const all = {
      back: 'passed',
      presence: 'passed',
      subscriptions: 'passed',
      'one session': 'passed',
      'signed in': 'passed',
      gentle: 'passed',
    };
    expect(verdicts, stderr).toEqual({ 'notification-service': all });
    expect(code).toBe(0);
  });

  it('fails stock @xmpp/client: it stays on a dead node, and subscribes once', {
    timeout: 120_000,
  }, async () => {
    const { code, rows, verdicts, stderr } = await examine(['tomcat', 'restart'], '8', client('stock.mjs'));
    expect(verdicts.tomcat, stderr).toMatchObject({ back: 'failed', presence: 'none' });
    expect(verdicts.restart, stderr).toMatchObject({
      back: 'passed',
      presence: 'passed',
      subscriptions: 'failed',
    });
    const lost = rows[1]?.judgements.find(({ rule }) => rule === 'subscriptions');
    expect(lost?.what).toBe('lost: /finesse/api/Team/1/Users');
    expect(code).toBe(1);
  });

  it('says what it cannot do', { timeout: 120_000 }, async () => {
    const unknown = await run(['conformance', '--fault', 'flood', '--', 'true']);
    expect(unknown).toMatchObject({ code: 2 });
    expect(unknown.stderr).toContain('--fault: unknown fault "flood"; there are notification-service');
    expect(await run(['conformance', '--within', 'soon', '--', 'true'])).toMatchObject({ code: 2 });
    expect(await run(['conformance'])).toMatchObject({ code: 2 });
    const { stderr, code } = await run(['conformance', '--', 'no-such-client']);
    expect(stderr).toContain('cannot start no-such-client');
    expect(code).toBe(2);
  });

  it('tells a client that ends before it has connected', { timeout: 120_000 }, async () => {
    const { code, stderr } = await run(['conformance', '--', process.execPath, '-e', 'process.exit(3)']);
    expect(stderr).toContain('it ended: exit code 3');
    expect(code).toBe(1);
  });
});
