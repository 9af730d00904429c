import type { Fault } from './faults.js';
import { type RunPlan, type RunResult, run } from './run.js';

/**
 * The fewest and shortest faults that still make the same invariant fail: faults are left out one by one, then mended
 * sooner, as long as that changes nothing about the failure.
 * @returns the plan with those faults, and how it runs
 */
export async function minimize(
  failed: RunResult,
  plan: RunPlan,
): Promise<{ plan: RunPlan; result: RunResult }> {
  const invariant = failed.breaches[0]?.invariant;
  let result = failed;
  const fails = async (faults: readonly Fault[]): Promise<boolean> => {
    const tried = await run({ ...plan, faults });
    if (!tried.breaches.some((breach) => breach.invariant === invariant)) return false;
    result = tried;
    return true;
  };
  for (let index = 0; index < result.faults.length; ) {
    const { faults } = result;
    if (!(await fails(faults.filter((_fault, other) => other !== index)))) index += 1;
  }
  for (let index = 0; index < result.faults.length; index += 1) {
    for (let lastsMs = result.faults[index]?.lastsMs ?? 0; lastsMs > 100; ) {
      lastsMs = Math.round(lastsMs / 2);
      const { faults } = result;
      if (!(await fails(faults.map((fault, other) => (other === index ? { ...fault, lastsMs } : fault)))))
        break;
    }
  }
  return { plan: { ...plan, faults: result.faults }, result };
}
