import type { Command, FailoverEvent, FailoverState, step } from '@finesse-ha/failover';
import { drawsBetween, type JitterPattern, seedFor, snapJitter } from './jitter.js';
import {
  type Applied,
  answered,
  freshMonitor,
  hear,
  Violation,
  watchCommand,
  watchState,
  watchUndisturbed,
} from './monitor.js';
import { happen, type Move } from './moves.js';
import { allUp } from './parts.js';
import type { TimeModel } from './settings.js';
import { placeOf, type World, withAt } from './world.js';

/** The core under test: the shipping one, or a patched copy of it. */
export interface Core {
  /** `step` of `@finesse-ha/failover`, or of the copy. */
  readonly step: typeof step;
  /** `createState` of the same. */
  readonly createState: typeof import('@finesse-ha/failover').createState;
}

/** One way in which a move may end. */
export interface Outcome {
  readonly pattern: JitterPattern;
  readonly world: World;
  readonly commands: readonly Command[];
  readonly passedMs: number;
  /** The property that the move breaks, if it does. */
  readonly violation: Violation | null;
}

/** A world in which the application has not connected yet. */
export function createWorld(core: FailoverState, namesAlternate: boolean): World {
  return {
    core,
    now: core.lastAt,
    parts: [allUp, allUp],
    namesAlternate,
    questions: [null, null],
    wire: null,
    fetch: null,
    monitor: freshMonitor,
  };
}

/**
 * Every outcome of a move: one for each combination of lowest and highest jitter that the core draws. `undisturbed`:
 * nothing has gone wrong so far.
 */
export function outcomesOf(
  world: World,
  move: Move,
  time: TimeModel,
  core: Core,
  undisturbed = false,
): Outcome[] {
  const { world: told, events, passedMs } = happen(world, move, time);
  if (events.length === 0) {
    const monitor = passedMs > 0 ? { ...told.monitor, spins: 0 } : told.monitor;
    return [{ pattern: '', world: { ...told, monitor }, commands: [], passedMs, violation: null }];
  }
  const outcomes: Outcome[] = [];
  const patterns: JitterPattern[] = ['0'];
  for (let pattern = patterns.pop(); pattern !== undefined; pattern = patterns.pop()) {
    const { draws, ...outcome } = takeIn(told, events, pattern, core, undisturbed);
    if (draws > 0 && pattern === '0') patterns.push('1');
    if (draws <= pattern.length) outcomes.push({ ...outcome, passedMs });
    else patterns.push(...longerBy(pattern, draws - pattern.length));
  }
  return outcomes;
}

/** A pattern with every combination of further draws. */
function longerBy(pattern: JitterPattern, draws: number): JitterPattern[] {
  if (draws === 0) return [pattern];
  return [...longerBy(`${pattern}0`, draws - 1), ...longerBy(`${pattern}1`, draws - 1)];
}

/** Feeds the core the events of one moment, and carries its commands out. */
export function takeIn(
  world: World,
  events: readonly FailoverEvent[],
  pattern: JitterPattern,
  core: Core,
  undisturbed: boolean,
): Omit<Outcome, 'passedMs'> & { draws: number } {
  let now = world;
  let draws = 0;
  const commands: Command[] = [];
  try {
    for (const event of events) {
      const seed = seedFor(pattern);
      // Not a change that anybody could tell: what the generator's state was before is never asked.
      now.core.random = seed;
      // One event of the moment may have the connection closed to which the next one belongs: that is old news.
      const heard = !('generation' in event) || event.generation === now.core.link?.generation;
      let monitor = heard ? hear(now, now.monitor, event) : now.monitor;
      if (event.type === 'system-info') monitor = answered(monitor, now.core, placeOf(event.node));
      const [after, given] = core.step(now.core, event);
      draws = Math.max(draws, drawsBetween(seed, after.random));
      snapJitter(after);
      const spun = event.type === 'timer' && after.deadlineAt !== null && after.deadlineAt <= now.now;
      monitor = { ...monitor, spins: spun ? monitor.spins + 1 : 0 };
      commands.push(...given);
      now = carryOut({ ...now, monitor }, event, after, given);
      if (undisturbed) watchUndisturbed(given);
      watchState(now);
    }
    return { pattern, world: now, commands, violation: null, draws };
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    return { pattern, world: now, commands, violation: error, draws };
  }
}

/** Carries the commands of one step out: what is asked, opened, closed. */
function carryOut(
  world: World,
  event: FailoverEvent,
  after: FailoverState,
  commands: readonly Command[],
): World {
  const applied: Applied = {
    questions: world.questions,
    wire: world.wire,
    fetch: world.fetch,
    monitor: world.monitor,
    told: world.monitor,
    failing: false,
    answered: event.type === 'system-info' ? event.probe : null,
  };
  for (const command of commands) {
    applied.monitor = watchCommand(applied, world.core, after, command, commands);
    apply(applied, world, command);
  }
  const { questions, wire, fetch, monitor } = applied;
  return { ...world, core: after, questions, wire, fetch, monitor };
}

function apply(applied: Applied, world: World, command: Command): void {
  switch (command.type) {
    case 'probe': {
      const asked = { id: command.probe, delivery: 'prompt', held: null } as const;
      applied.questions = withAt(applied.questions, placeOf(command.node), asked);
      break;
    }
    case 'cancel-probe':
      applied.questions = withAt(applied.questions, placeOf(command.node), null);
      break;
    case 'open-xmpp':
      applied.wire = {
        generation: command.generation,
        place: placeOf(command.node),
        phase: 'opening',
        alive: true,
        openHeld: false,
        presence: [],
        presenceHeld: false,
        info: [],
        infoHeld: false,
        bytes: false,
        end: null,
      };
      break;
    case 'close-xmpp':
      applied.wire = null;
      applied.fetch = null;
      break;
    case 'ping': {
      const { wire } = applied;
      if (wire === null) break;
      const reset = !wire.alive && wire.end === null && world.parts[wire.place].link === 'up';
      applied.wire = wire.alive ? { ...wire, bytes: true } : reset ? { ...wire, end: 'reset' } : wire;
      break;
    }
    case 'resync':
      applied.fetch = { generation: command.generation, id: command.resync, delivery: 'prompt' };
      break;
    case 'announce':
      break;
  }
}
