import { readdirSync, readFileSync } from 'node:fs';

/** What a server and all processes it has started use. */
export interface TreeUsage {
  /** User and system time since they started; the kernel counts it in hundredths of a second. */
  cpuSeconds: number;
  rssKiB: number;
}

/** Sums up a process and its descendants (proc(5): fields 4, 14 and 15 of `stat`, VmRSS of `status`). */
export function treeUsage(root: number): TreeUsage {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const parent = Number(statFields(pid)?.[1]);
    children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  const usage = { cpuSeconds: 0, rssKiB: 0 };
  const pids = [root];
  for (let pid = pids.pop(); pid !== undefined; pid = pids.pop()) {
    pids.push(...(children.get(pid) ?? []));
    const fields = statFields(pid);
    if (fields === null) continue;
    usage.cpuSeconds += (Number(fields[11]) + Number(fields[12])) / 100;
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    usage.rssKiB += Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  }
  return usage;
}

/** The fields after the program's name; null for a process that has gone. */
function statFields(pid: number): string[] | null {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? null;
  } catch {
    return null;
  }
}
