import { nextRandom } from '@finesse-ha/failover';
import { type NodeName, nodeNames } from '../deployment.js';
import { type Fault, faultNames, variantsOf } from '../faults.js';

/** A fault and its time, from the beginning of the soak. */
export interface PlannedFault {
  fault: Fault;
  atMs: number;
  /** From the fault to its healing. */
  lastsMs: number;
}

export interface ScheduleOptions {
  seed: number;
  durationMs: number;
  /** On average; faults come at random times (a Poisson process). */
  perHour: number;
}

/** Numbers in [0,1), the same ones for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    const [value, next] = nextRandom(state);
    state = next;
    return value;
  };
}

const longestMs = 40_000;
/** A side of the CTI server that came back needs so long to take over what the other one knows. */
const betweenCtiFaultsMs = 15_000;
const betweenFaultsMs = 3_000;

/**
 * Draws every fault of a soak. Faults overlap, also on both nodes, but never on the same process, and never is one CTI side
 * broken beside the other: with both gone nobody would know what the agents' states had been.
 */
export function planFaults({ seed, durationMs, perHour }: ScheduleOptions): PlannedFault[] {
  const random = randomFrom(seed);
  const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)] as T;
  const mostMs = Math.min(longestMs, durationMs / 8);
  const planned: PlannedFault[] = [];
  let atMs = 0;
  for (;;) {
    atMs += (-Math.log(1 - random()) * 3_600_000) / perHour;
    const lastsMs = mostMs * (0.05 + 0.95 * random());
    // The last ones heal within the soak, so that what they left is seen.
    if (atMs + lastsMs > durationMs * 0.9) return planned;
    // What is busy at that time is drawn anew; where all is busy, there is no fault.
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const scenario = pick(faultNames);
      const fault = { scenario, node: pick(nodeNames), variant: pick(variantsOf[scenario]) };
      const candidate = { fault, atMs, lastsMs };
      if (planned.some((other) => collide(other, candidate))) continue;
      planned.push(candidate);
      break;
    }
  }
}

function collide(earlier: PlannedFault, later: PlannedFault): boolean {
  const [before, after] = [partsOf(earlier.fault), partsOf(later.fault)];
  if (!before.some((part) => after.includes(part))) return false;
  const gapMs = before.includes('cti') ? betweenCtiFaultsMs : betweenFaultsMs;
  return later.atMs < earlier.atMs + earlier.lastsMs + gapMs;
}

/** What a fault takes hold of. */
function partsOf({ scenario, node }: Fault): string[] {
  const of = (part: string) => `${node} ${part}`;
  switch (scenario) {
    case 'notification-service':
    case 'notification-member-1':
    case 'notification-member-2':
      return [of('notification')];
    case 'xmpp-connection':
      return [of('client link')];
    case 'tomcat':
    case 'web-app':
      return [of('web host')];
    case 'cti-connection':
      return [of('cti link')];
    case 'node':
      return [of('notification'), of('client link'), of('web host'), of('cti link')];
    case 'cti-side-a':
    case 'cti-side-b':
      return ['cti'];
  }
}

/** Whether agents cannot be in service on a node because of a fault. */
export function takesDown({ scenario, node }: Fault, which: NodeName): boolean {
  return scenario === 'cti-side-a' || scenario === 'cti-side-b' ? false : node === which;
}
