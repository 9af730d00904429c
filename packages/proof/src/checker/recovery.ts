import { Canon, Fingerprint } from './fingerprint.js';
import { Violation } from './monitor.js';
import { change, type Move, urgentMoves } from './moves.js';
import { allUp, trulyAvailable } from './parts.js';
import type { TimeModel } from './settings.js';
import { type Core, type Outcome, outcomesOf } from './step.js';
import { Visited } from './visited.js';
import { nodeIds, type Place, placeOf, places, type World, withAt } from './world.js';

/** One step of a world in which nothing goes wrong any more. */
export interface FairStep {
  readonly world: World;
  readonly move: Move;
  readonly outcome: Outcome;
}

interface Frame {
  readonly world: World;
  readonly index: number;
  readonly move: Move;
  readonly outcomes: readonly Outcome[];
  next: number;
  longestMs: number;
}

/**
 * From some moment on one node is whole and stays so, and messages arrive; the other one stays as it is. How long until
 * the client is in service on an available node, at worst over all jitter? Every such world is run once: what follows
 * from a world that was met before is known.
 */
export class Recovery {
  readonly #time: TimeModel;
  readonly #core: Core;
  readonly #print = new Fingerprint();
  readonly #canon: Canon;
  readonly #known = new Visited();
  #longestMs = new Float64Array(1 << 16);
  /** The longest of all, and where it began. */
  worst: { ms: number; state: number; whole: Place } = { ms: 0, state: 0, whole: 0 };
  transitions = 0;
  /** The first state from which there is no way back, and what was seen. */
  stuck: { state: number; whole: Place; violation: Violation } | null = null;

  constructor(time: TimeModel, core: Core) {
    this.#time = time;
    this.#core = core;
    this.#canon = new Canon(this.#print, time);
  }

  get states(): number {
    return this.#known.size;
  }

  /** Runs the fair worlds that follow from a state: each node in turn is the one that becomes whole. */
  from(world: World, state: number): void {
    if (world.core.phase !== 'running' || this.stuck !== null) return;
    for (const whole of places) {
      if (world.core.nodes.find((node) => node.id === nodeIds[whole])?.rejected !== null) continue;
      try {
        const ms = this.#run(heal(world, whole));
        if (ms > this.worst.ms) this.worst = { ms, state, whole };
      } catch (error) {
        if (!(error instanceof Violation)) throw error;
        this.stuck = { state, whole, violation: error };
        return;
      }
    }
  }

  #enter(world: World): number {
    this.#print.reset();
    this.#canon.world(world);
    this.#print.finish();
    const index = this.#known.add(this.#print.high, this.#print.low, -1, 0);
    if (index >= 0) {
      if (index === this.#longestMs.length) {
        const grown = new Float64Array(index * 2);
        grown.set(this.#longestMs);
        this.#longestMs = grown;
      }
      this.#longestMs[index] = pending;
    }
    return index;
  }

  #knownMs(): number {
    const ms = this.#longestMs[this.#known.find(this.#print.high, this.#print.low)] as number;
    if (ms === pending) throw new Violation('recovers', 'goes round in circles without coming into service');
    return ms;
  }

  #run(start: World): number {
    const first = this.#enter(start);
    if (first < 0) return this.#knownMs();
    const stack: Frame[] = [this.#frame(start, first)];
    let settled = 0;
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const outcome = frame.outcomes[frame.next];
      if (outcome === undefined) {
        this.#longestMs[frame.index] = frame.longestMs;
        settled = frame.longestMs;
        stack.pop();
        const above = stack.at(-1);
        if (above !== undefined) above.longestMs = Math.max(above.longestMs, settled + passed(above));
        continue;
      }
      frame.next += 1;
      this.transitions += 1;
      if (outcome.violation !== null) throw outcome.violation;
      const index = this.#enter(outcome.world);
      if (index < 0) frame.longestMs = Math.max(frame.longestMs, this.#knownMs() + outcome.passedMs);
      else stack.push(this.#frame(outcome.world, index));
    }
    return settled;
  }

  #frame(world: World, index: number): Frame {
    const move = fairMove(world);
    const outcomes = move === null ? [] : outcomesOf(world, move, this.#time, this.#core);
    return { world, index, move: move ?? { kind: 'wait' }, outcomes, next: 0, longestMs: 0 };
  }

  /** The longest way back from a world, or the one that leads nowhere, to be told. */
  replay(world: World, whole: Place, limit: number): FairStep[] {
    const steps: FairStep[] = [];
    let now = heal(world, whole);
    for (let move = fairMove(now); move !== null && steps.length < limit; move = fairMove(now)) {
      const outcomes = outcomesOf(now, move, this.#time, this.#core);
      let best: Outcome | null = null;
      let bestMs = -1;
      for (const outcome of outcomes) {
        this.#print.reset();
        this.#canon.world(outcome.world);
        this.#print.finish();
        const known = this.#known.find(this.#print.high, this.#print.low);
        const ms = known < 0 ? pending : (this.#longestMs[known] as number);
        const after = ms === pending ? Number.POSITIVE_INFINITY : ms;
        if (outcome.violation !== null || after > bestMs) {
          best = outcome;
          bestMs = after;
        }
      }
      if (best === null) break;
      steps.push({ world: now, move, outcome: best });
      if (best.violation !== null) break;
      now = best.world;
    }
    return steps;
  }
}

const pending = -1;

function passed(frame: Frame): number {
  return frame.outcomes[frame.next - 1]?.passedMs ?? 0;
}

/** One node is whole from now on, and what was late comes. What is lost stays lost: its deadline has to tell. */
export function heal(world: World, whole: Place): World {
  const healed = change(world, whole, allUp, false);
  const { wire, fetch } = healed;
  let { questions } = healed;
  for (const place of places) {
    const asked = questions[place];
    if (asked?.delivery === 'held') questions = withAt(questions, place, { ...asked, delivery: 'prompt' });
  }
  return {
    ...healed,
    questions,
    wire:
      wire === null
        ? null
        : { ...wire, openHeld: wire.openHeld && !wire.alive, presenceHeld: false, infoHeld: false },
    fetch: fetch?.delivery === 'held' ? { ...fetch, delivery: 'prompt' } : fetch,
  };
}

/** What happens next when everything takes its course; null once the client is in service where it can stay. */
function fairMove(world: World): Move | null {
  const { core } = world;
  if (core.phase !== 'running') return null;
  const [urgent] = urgentMoves(world);
  if (urgent !== undefined) return urgent;
  const here = placeOf(core.current);
  const settled =
    core.status === 'in-service' && trulyAvailable(world.parts[here]) && world.wire?.alive === true;
  return settled ? null : { kind: 'wait' };
}
