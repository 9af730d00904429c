/** The verdict of a check, by the Nagios plug-in conventions. No I/O. */
import type { NodeLook } from './look.js';
import { nodeState, pairState } from './pair-state.js';

/** Exit codes of the Nagios plug-in conventions. */
export const checkExitCodes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;

export type CheckStatus = keyof typeof checkExitCodes;

/** From where on a value is worth a warning, and from where on it is critical. */
export interface CheckThresholds {
  /** Round trip of SystemInfo. */
  roundTripMs: { warning: number; critical: number };
  /** What is left of a certificate. */
  certificateMs: { warning: number; critical: number };
  /** Either way. */
  clockSkewMs: { warning: number; critical: number };
}

const dayMs = 86_400_000;

export const defaultThresholds: CheckThresholds = {
  roundTripMs: { warning: 1_000, critical: 5_000 },
  certificateMs: { warning: 30 * dayMs, critical: 7 * dayMs },
  clockSkewMs: { warning: 5_000, critical: 60_000 },
};

/** A verdict on the nodes that were looked at. */
export interface CheckResult {
  status: CheckStatus;
  /** The worst first; empty where all is well. */
  problems: readonly string[];
  /** Performance data: `'label'=value[unit];warning;critical`, separated by spaces. */
  perfData: string;
}

/**
 * A pair with one node left is a warning, with none critical: agents work on as long as one node is up.
 * @param now epoch milliseconds
 */
export function judge(looks: readonly NodeLook[], thresholds: CheckThresholds, now: number): CheckResult {
  const found: { status: 'WARNING' | 'CRITICAL'; text: string }[] = [];
  const states = looks.map((look) => ({ look, ...nodeState(look.conditions) }));
  const none = pairState(states.map(({ state }) => state)) === 'none';
  for (const { look, state, why } of states) {
    const note = (status: 'WARNING' | 'CRITICAL', text: string) =>
      found.push({ status, text: `${look.node}: ${text}` });
    if (state !== 'up')
      note(none ? 'CRITICAL' : 'WARNING', why + (look.problem === '' ? '' : ` (${look.problem})`));
    if (look.maintenance) note('WARNING', 'in maintenance mode');
    const beyond = (value: number | null, { warning, critical }: { warning: number; critical: number }) =>
      value === null || value < warning ? null : value < critical ? 'WARNING' : 'CRITICAL';
    const slow = beyond(look.roundTripMs, thresholds.roundTripMs);
    if (slow !== null) note(slow, `SystemInfo took ${Math.round(look.roundTripMs ?? 0)} ms`);
    const skewMs = look.clockSkewMs === null ? null : Math.abs(look.clockSkewMs);
    const skewed = beyond(skewMs, thresholds.clockSkewMs);
    if (skewed !== null)
      note(skewed, `its clock is off by ${((look.clockSkewMs ?? 0) / 1_000).toFixed(1)} s`);
    const { certificateExpiresAt } = look;
    if (certificateExpiresAt !== null) {
      const leftMs = certificateExpiresAt - now;
      const { warning, critical } = thresholds.certificateMs;
      const when = leftMs < 0 ? 'has expired' : `expires in ${Math.floor(leftMs / dayMs)} days`;
      if (leftMs < warning) note(leftMs < critical ? 'CRITICAL' : 'WARNING', `its certificate ${when}`);
    }
  }
  found.sort((a, b) => Number(b.status === 'CRITICAL') - Number(a.status === 'CRITICAL'));
  return {
    status: found[0]?.status ?? 'OK',
    problems: found.map(({ text }) => text),
    perfData: looks.flatMap((look) => measures(look, thresholds, now)).join(' '),
  };
}

/** The line that a plug-in prints: one line, in which a bar has to stand for nothing but the performance data. */
export function checkLine({ status, problems, perfData }: CheckResult, allWell: string): string {
  const text = (problems.length === 0 ? allWell : problems.join('; ')).replace(/[|\r\n]+/g, ' ');
  return `FINESSE ${status} - ${text}${perfData === '' ? '' : ` | ${perfData}`}`;
}

function measures(look: NodeLook, thresholds: CheckThresholds, now: number): string[] {
  const { host } = new URL(look.node);
  const measure = (
    name: string,
    value: number | null,
    unit: string,
    limits: { warning: number; critical: number } | null,
    below = false,
  ) => {
    if (value === null) return [];
    const colon = below ? ':' : '';
    const range = limits === null ? '' : `;${limits.warning}${colon};${limits.critical}${colon}`;
    return [`'${name} ${host}'=${Math.round(value)}${unit}${range}`];
  };
  const expiresAt = look.certificateExpiresAt;
  const { warning, critical } = thresholds.certificateMs;
  return [
    ...measure('up', nodeState(look.conditions).state === 'up' ? 1 : 0, '', null),
    ...measure('systeminfo', look.roundTripMs, 'ms', thresholds.roundTripMs),
    // A range of its own: outside -N to N.
    ...measure('skew', look.clockSkewMs, 'ms', null),
    ...measure('heartbeat', look.heartbeatAgeMs, 'ms', null),
    ...measure(
      'certificate',
      expiresAt === null ? null : (expiresAt - now) / 1_000,
      's',
      { warning: warning / 1_000, critical: critical / 1_000 },
      true,
    ),
  ];
}
