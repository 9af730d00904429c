import type { LabOptions } from '../lab.js';
import { playRow } from './row.js';
import type { RowPlan, RowResult } from './rows.js';

/** How a drill is played, and who is told of what. */
export interface DrillOptions {
  /** Agents in each row's lab. Default 2. */
  agents?: number | undefined;
  /** The notification service of each row's lab. Default `embedded`. */
  notification?: LabOptions['notification'];
  /** What is being done in a row, while it is done. */
  onProgress?: ((plan: RowPlan, what: string) => void) | undefined;
  /** A row is done, in whatever order they end. */
  onRow?: ((result: RowResult) => void) | undefined;
}

/** Rows whose time is spent waiting for silence to be noticed run side by side, this many at once. */
const quietAtOnce = 4;
/** Starting real XMPP servers costs so much that fewer labs leave each other's times alone. */
const quietAtOnceExternal = 2;

/**
 * Plays rows, each in a lab of its own. Loud faults one after another, so that their times are their own; silent and
 * frozen ones beside one another, since they mostly wait. Results in the order of the plans.
 */
export async function runDrill(plans: readonly RowPlan[], options: DrillOptions = {}): Promise<RowResult[]> {
  const results = new Map<RowPlan, RowResult>();
  const play = async (plan: RowPlan) => {
    const lab = { agents: options.agents ?? 2, notification: options.notification };
    const result = await playRow(plan, lab, (what) => options.onProgress?.(plan, what)).catch(
      (error: unknown) => broken(plan, error),
    );
    results.set(plan, result);
    options.onRow?.(result);
  };
  for (const plan of plans) if (plan.variant === 'default') await play(plan);
  const quiet = plans.filter((plan) => plan.variant !== 'default').values();
  const atOnce = (options.notification ?? 'embedded') === 'embedded' ? quietAtOnce : quietAtOnceExternal;
  const worker = async () => {
    for (const plan of quiet) await play(plan);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return plans.flatMap((plan) => results.get(plan) ?? []);
}

/** A row that could not be played to its end is a row that failed. */
function broken(plan: RowPlan, error: unknown): RowResult {
  return {
    ...plan,
    mechanism: null,
    criterion: null,
    detectedMs: null,
    recoveredMs: null,
    recoveredOn: null,
    lost: 0,
    doubled: 0,
    callsLost: 0,
    passed: false,
    problems: [error instanceof Error ? error.message : String(error)],
  };
}
