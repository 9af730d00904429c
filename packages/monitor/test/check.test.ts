import { expect, it } from 'vitest';
import { checkLine, defaultThresholds, judge } from '../src/check.js';
import type { NodeLook } from '../src/look.js';

const dayMs = 86_400_000;
const now = 1_700_000_000_000;
const look: NodeLook = {
  node: 'https://a:8445',
  conditions: { systemInfo: 'in-service', xmpp: null, presence: null },
  problem: '',
  systemInfo: null,
  roundTripMs: 12,
  clockSkewMs: 0,
  heartbeatAgeMs: 900,
  maintenance: false,
  certificateExpiresAt: now + 90 * dayMs,
};
const verdict = (change: Partial<NodeLook>) => judge([{ ...look, ...change }], defaultThresholds, now);

it.each([
  [{}, 'OK', undefined],
  [{ certificateExpiresAt: now + 20 * dayMs }, 'WARNING', 'its certificate expires in 20 days'],
  [{ certificateExpiresAt: now - 1 }, 'CRITICAL', 'its certificate has expired'],
  [{ clockSkewMs: -6_000 }, 'WARNING', 'its clock is off by -6.0 s'],
  [{ clockSkewMs: 61_000 }, 'CRITICAL', 'its clock is off by 61.0 s'],
  [{ roundTripMs: 1_001 }, 'WARNING', 'SystemInfo took 1001 ms'],
  [{ maintenance: true }, 'WARNING', 'in maintenance mode'],
] as const)('%j is %s', (change, status, text) => {
  const { status: given, problems } = verdict(change);
  expect(given).toBe(status);
  expect(problems).toEqual(text === undefined ? [] : [`https://a:8445: ${text}`]);
});

it('the line has one bar, the worst comes first, the certificate warns below its range', () => {
  const result = verdict({ maintenance: true, certificateExpiresAt: now + dayMs, problem: 'a|b' });
  expect(checkLine(result, 'well')).toBe(
    'FINESSE CRITICAL - https://a:8445: its certificate expires in 1 days; https://a:8445: in maintenance mode | ' +
      "'up a:8445'=1 'systeminfo a:8445'=12ms;1000;5000;0 'skew a:8445'=0ms;-5000:5000;-60000:60000 " +
      "'heartbeat a:8445'=900ms;;;0 'certificate_days a:8445'=1;30:;7:",
  );
});
