import type { NodeName } from '../deployment.js';
import type { Fault } from '../faults.js';
import { type FaultReport, spreadOf } from './report.js';
import { takesDown } from './schedule.js';
import type { Outage } from './soak-agent.js';

interface Played {
  fault: Fault;
  /** Instants of `performance.now()`. */
  brokenAt: number;
  healedAt: number | null;
  toldMs: number[];
  outageMs: number[];
  joiningMs: number[];
}

/** A failure may be told so long after its cause was mended: silence takes its time to be noticed. */
const aftermathMs = 60_000;

/** The faults that were played, and what agents had of them. */
export class FaultLog {
  readonly #played: Played[] = [];

  broken(fault: Fault): void {
    this.#played.push({
      fault,
      brokenAt: performance.now(),
      healedAt: null,
      toldMs: [],
      outageMs: [],
      joiningMs: [],
    });
  }

  healed(fault: Fault): void {
    const played = this.#played.findLast((one) => one.fault === fault);
    if (played !== undefined) played.healedAt = performance.now();
  }

  get active(): readonly Fault[] {
    return this.#played.filter(({ healedAt }) => healedAt === null).map(({ fault }) => fault);
  }

  /** Nothing that is broken now keeps agents from this node. */
  spares(node: NodeName): boolean {
    return !this.active.some((fault) => takesDown(fault, node));
  }

  /**
   * Counts an outage for the fault that began last before it, one that still lasted first of all.
   * @param joinableSinceAt since when a node could be joined at its end; null: none could when that was last looked at
   */
  outage({ toldAt, recoveredAt }: Outage, joinableSinceAt: number | null): void {
    const before = this.#played.filter(
      ({ brokenAt, healedAt }) => brokenAt <= toldAt && toldAt <= (healedAt ?? toldAt) + aftermathMs,
    );
    const lasting = before.findLast(({ healedAt }) => healedAt === null || healedAt >= toldAt);
    const cause = lasting ?? before.at(-1);
    cause?.toldMs.push(toldAt - cause.brokenAt);
    cause?.outageMs.push(recoveredAt - toldAt);
    if (joinableSinceAt !== null) cause?.joiningMs.push(recoveredAt - Math.max(toldAt, joinableSinceAt));
  }

  /** By kind, in the order in which kinds first came. */
  report(): FaultReport[] {
    const kinds = new Map<string, Played[]>();
    for (const one of this.#played) {
      const kind = `${one.fault.scenario} ${one.fault.variant}`;
      kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
    }
    return [...kinds.values()].flatMap((played) => {
      const [first] = played;
      if (first === undefined) return [];
      const { scenario, variant } = first.fault;
      const outageMs = played.flatMap((one) => one.outageMs);
      return {
        scenario,
        variant,
        faults: played.length,
        outages: outageMs.length,
        toldMs: spreadOf(played.flatMap((one) => one.toldMs)),
        outageMs: spreadOf(outageMs),
        joiningMs: spreadOf(played.flatMap((one) => one.joiningMs)),
      };
    });
  }
}
