/** `npm run bench failover`: many agents on the primary, a fault, and how soon how many of them work on the alternate. */
import type { RowPlan } from '@finesse-ha/lab';
import type { Findings } from '../report/report.js';
import type { SubjectName } from '../subjects/subject.js';
import { findings } from './findings.js';
import { type Run, type RunPlan, runOnce } from './one-run.js';

export interface FailoverBenchOptions {
  /** Sizes for finesse-ha. */
  agents: readonly number[];
  /** Sizes for the others: where they fail over, their time hardly depends on it, and each run of theirs takes minutes. */
  othersAgents: readonly number[];
  scenarios: readonly RowPlan['scenario'][];
  libraries: readonly SubjectName[];
  clientsPerProcess: number;
  loginsPerSecond: number;
  timeoutSeconds: number;
  onProgress(what: string): void;
}

/** What a client can notice that knows XMPP only. */
const seenByXmpp: readonly RowPlan['scenario'][] = ['notification-service', 'xmpp-connection'];
/** How long is waited for clients that cannot notice. */
const unseenTimeoutSeconds = 30;

export async function failoverBench(options: FailoverBenchOptions): Promise<Findings> {
  const runs: Run[] = [];
  for (const plan of plansOf(options)) {
    const { scenario, library, agents } = plan;
    const unseen = library !== 'finesse-ha' && !seenByXmpp.includes(scenario);
    runs.push(
      await runOnce(plan, {
        ...options,
        timeoutSeconds: unseen ? unseenTimeoutSeconds : options.timeoutSeconds,
        say: (what) => options.onProgress(`${scenario}, ${agents} agents, ${library}: ${what}`),
      }),
    );
  }
  return findings(runs);
}

function plansOf({ agents, othersAgents, scenarios, libraries }: FailoverBenchOptions): RunPlan[] {
  return libraries.flatMap((library) =>
    (library === 'finesse-ha' ? agents : othersAgents).flatMap((size) =>
      scenarios.map((scenario) => ({ scenario, library, agents: size })),
    ),
  );
}
