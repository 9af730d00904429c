/** The verdict of a check, by the Nagios plug-in guidelines. No I/O. */
import type { NodeLook } from './look.js';
import { nodeState, pairState } from './pair-state.js';
import { alerts, parseRange, type Range } from './range.js';

/** Exit codes of the Nagios plug-in guidelines. */
export const checkExitCodes = { OK: 0, WARNING: 1, CRITICAL: 2, UNKNOWN: 3 } as const;

/** What a check comes to; its exit code is in `checkExitCodes`. */
export type CheckStatus = keyof typeof checkExitCodes;

/** What is worth a warning, and what is critical. */
export interface Limits {
  warning: Range;
  critical: Range;
}

/** The limits of each value, in the unit of its name. */
export interface CheckThresholds {
  /** Round trip of SystemInfo. */
  roundTripMs: Limits;
  /** What is left of a certificate; below zero when it has expired. */
  certificateDays: Limits;
  /** The node's clock minus ours. */
  clockSkewMs: Limits;
}

const dayMs = 86_400_000;

/** What holds where the operator says nothing else. */
export const defaultThresholds: CheckThresholds = {
  roundTripMs: limits('1000', '5000'),
  certificateDays: limits('30:', '7:'),
  clockSkewMs: limits('-5000:5000', '-60000:60000'),
};

/** A verdict on the nodes that were looked at. */
export interface CheckResult {
  status: CheckStatus;
  /** The worst first; empty where all is well. */
  problems: readonly string[];
  /** Performance data: `'label'=value[unit];warning;critical;minimum`, separated by spaces. */
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
    const limit = (value: number | null, { warning, critical }: Limits, text: (value: number) => string) => {
      if (value === null) return;
      if (alerts(critical, value)) note('CRITICAL', text(value));
      else if (alerts(warning, value)) note('WARNING', text(value));
    };
    if (state !== 'up')
      note(none ? 'CRITICAL' : 'WARNING', why + (look.problem === '' ? '' : ` (${look.problem})`));
    if (look.maintenance) note('WARNING', 'in maintenance mode');
    limit(look.roundTripMs, thresholds.roundTripMs, (ms) => `SystemInfo took ${Math.round(ms)} ms`);
    limit(
      look.clockSkewMs,
      thresholds.clockSkewMs,
      (ms) => `its clock is off by ${(ms / 1_000).toFixed(1)} s`,
    );
    limit(daysLeft(look, now), thresholds.certificateDays, (days) =>
      days < 0 ? 'its certificate has expired' : `its certificate expires in ${Math.floor(days)} days`,
    );
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

function measures(
  look: NodeLook,
  { roundTripMs, clockSkewMs, certificateDays }: CheckThresholds,
  now: number,
): string[] {
  const { host } = new URL(look.node);
  const measure = (name: string, value: number | null, unit: string, limits?: Limits, minimum = '') => {
    if (value === null) return [];
    const fields = [
      `'${name} ${host}'=${value}${unit}`,
      limits?.warning.text,
      limits?.critical.text,
      minimum,
    ];
    return [
      fields
        .map((field) => field ?? '')
        .join(';')
        .replace(/;+$/, ''),
    ];
  };
  const rounded = (value: number | null) => (value === null ? null : Math.round(value));
  const days = daysLeft(look, now);
  return [
    ...measure('up', Number(nodeState(look.conditions).state === 'up'), ''),
    ...measure('systeminfo', rounded(look.roundTripMs), 'ms', roundTripMs, '0'),
    ...measure('skew', rounded(look.clockSkewMs), 'ms', clockSkewMs),
    ...measure('heartbeat', rounded(look.heartbeatAgeMs), 'ms', undefined, '0'),
    ...measure('certificate_days', days === null ? null : Math.floor(days), '', certificateDays),
  ];
}

function daysLeft({ certificateExpiresAt }: NodeLook, now: number): number | null {
  return certificateExpiresAt === null ? null : (certificateExpiresAt - now) / dayMs;
}

function limits(warning: string, critical: string): Limits {
  return { warning: parseRange(warning), critical: parseRange(critical) };
}
