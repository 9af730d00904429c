import type { NodeName } from '../deployment.js';
import { criterionOf, expectedMechanisms, loudLimitsMs, type RowPlan, type RowResult } from './rows.js';
import type { Subject } from './subject.js';

/** What was seen while a row was played. */
export interface Observed {
  subjects: readonly Subject[];
  /** Instant of `performance.now()`. */
  brokenAt: number;
  /** Empty when not everybody recovered. */
  recoveredOn: ReadonlySet<NodeName | undefined>;
  lost: number;
  callsLost: number;
  problems: readonly string[];
}

/** The row's figures and its verdict: what went wrong, if anything, each in a sentence. */
export function judge(plan: RowPlan, observed: Observed): RowResult {
  const { subjects, brokenAt, recoveredOn: places, lost, callsLost } = observed;
  const slowest = (kind: 'failing' | 'recovered') => {
    const times = subjects.map((subject) => subject.announced(kind, brokenAt)?.at ?? Number.NaN);
    const worst = Math.round(Math.max(...times) - brokenAt);
    return Number.isNaN(worst) ? null : worst;
  };
  const told = subjects.flatMap(
    (subject) => subject.announced('failing', brokenAt)?.announcement.failure ?? [],
  );
  const doubled = subjects.reduce((sum, subject) => sum + subject.doubled, 0);
  const row = {
    ...plan,
    mechanism: told[0]?.mechanism ?? null,
    criterion: told[0]?.criterion ?? null,
    detectedMs: slowest('failing'),
    recoveredMs: slowest('recovered'),
    recoveredOn:
      places.size === 0 ? null : places.has('primary') ? ('same' as const) : ('alternate' as const),
    lost,
    doubled,
    callsLost,
  };

  const problems = [...observed.problems];
  for (const { mechanism, criterion } of told) {
    if (!expectedMechanisms(plan).includes(mechanism)) problems.push(`told by ${mechanism}`);
    if (criterion !== criterionOf(mechanism)) problems.push(`criterion ${criterion} with ${mechanism}`);
  }
  if (places.size > 1) problems.push('the agents ended up on different nodes');
  if (row.recoveredOn !== (plan.alternate === 'available' ? 'alternate' : 'same')) {
    problems.push(`recovered on ${row.recoveredOn ?? 'no node'}, with the alternate ${plan.alternate}`);
  }
  if (lost > 0) problems.push(`${lost} lost`);
  if (doubled > 0) problems.push(`${doubled} doubled`);
  if (callsLost > 0) problems.push(`${callsLost} calls lost`);
  if (plan.variant === 'default') {
    for (const scenario of new Set(subjects.map((subject) => subject.namedFailure(brokenAt)?.scenario))) {
      if (scenario !== plan.scenario) problems.push(`named ${scenario}`);
    }
    if ((row.detectedMs ?? 0) >= loudLimitsMs.detected) problems.push('told too late');
    const slow = (row.recoveredMs ?? 0) >= loudLimitsMs.recoveredOnAlternate;
    if (slow && plan.alternate === 'available') problems.push('recovered too late');
  }
  const passed = problems.length === 0;
  return { ...row, passed, ...(passed ? {} : { problems }) };
}
