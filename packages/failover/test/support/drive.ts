import {
  type Announcement,
  type Command,
  createState,
  type FailoverEvent,
  type FailoverState,
  nextDeadline,
  resolveSettings,
  type Settings,
  step,
} from '../../src/index.js';
import { type Action, nodes, type Which } from './actions.js';

export type Observation = FailoverEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'at'>
    : never
  : never;

/** One step as it was made. */
export interface Step {
  before: FailoverState;
  event: FailoverEvent;
  after: FailoverState;
  commands: readonly Command[];
}

/** How many steps one instant may take: a handful do, a loop does not end. */
const stepsAtOneInstant = 50;
const answerMs = 15;

/** Freezes a value and all that hangs on it, so that changing it throws. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) freeze(part);
  }
  return value;
}

/** Plays actions against the core, and shows every step to a check. The states it hands in are frozen. */
export class Drive {
  state: FailoverState;
  now = 0;
  readonly commands: Command[] = [];
  readonly #check: (step: Step) => void;
  readonly #probes: Record<string, number[]> = { one: [], two: [] };
  readonly #generations: number[] = [];
  readonly #resyncs: number[] = [];
  /** What a cooperating world is about to say. */
  #replies: { at: number; observation: Observation }[] = [];
  #cooperates = false;

  constructor(
    check: (step: Step) => void = () => undefined,
    seed = 1,
    settings: Partial<Settings> = {},
    given: readonly string[] = nodes,
  ) {
    this.#check = check;
    this.state = freeze(createState(resolveSettings(settings), given, seed, 0));
  }

  get announcements(): Announcement[] {
    return this.commands.flatMap((command) => (command.type === 'announce' ? [command.announcement] : []));
  }

  feed(observation: Observation, at = this.now): readonly Command[] {
    const before = this.state;
    const event = freeze({ ...observation, at } as FailoverEvent);
    const [after, commands] = step(before, event);
    this.state = freeze(after);
    for (const command of commands) this.#note(command);
    this.#check({ before, event, after, commands });
    return commands;
  }

  play(action: Action): void {
    switch (action.do) {
      case 'run':
        this.run(action.ms);
        break;
      case 'stall':
        this.now += action.ms;
        this.feed({ type: 'timer' });
        break;
      case 'cooperate':
        this.cooperate(action.ms);
        break;
      default:
        this.feed(this.observationOf(action));
    }
  }

  /** Time passes; timers run when they are due, after what a cooperating world says. */
  run(ms: number): void {
    const until = this.now + ms;
    let steps = 0;
    for (;;) {
      const deadlineAt = nextDeadline(this.state) ?? Number.POSITIVE_INFINITY;
      const [reply] = this.#replies;
      const next = Math.min(deadlineAt, reply?.at ?? Number.POSITIVE_INFINITY);
      if (next > until) break;
      steps = next > this.now ? 0 : steps + 1;
      if (steps > stepsAtOneInstant) throw new Error(`no progress at ${this.now} ms`);
      this.now = Math.max(this.now, next);
      if (reply !== undefined && reply.at <= this.now) {
        this.#replies.shift();
        this.feed(reply.observation);
      } else this.feed({ type: 'timer' });
    }
    this.now = until;
  }

  /** Every question that is put for a while is answered well. What was asked before stays unanswered. */
  cooperate(ms: number, first?: Observation): void {
    this.#cooperates = true;
    if (first !== undefined) this.feed(first);
    this.run(ms);
    this.#cooperates = false;
  }

  observationOf(action: Exclude<Action, { do: 'run' | 'stall' | 'cooperate' }>): Observation {
    switch (action.do) {
      case 'answer': {
        const node = nodes[action.node];
        return {
          type: 'system-info',
          node,
          probe: pick(this.#probes[node] ?? [], action.which),
          answer: action.answer,
        };
      }
      case 'up':
        return { type: 'xmpp-up', generation: this.#generation(action.which) };
      case 'received':
        return { type: 'received', generation: this.#generation(action.which) };
      case 'lost': {
        const { cause, retryAfterMs } = action;
        return { type: 'xmpp-lost', generation: this.#generation(action.which), cause, retryAfterMs };
      }
      case 'presence':
        return { type: 'presence', generation: this.#generation(action.which), available: action.available };
      case 'notification':
        return { type: 'notification', generation: this.#generation(action.which), status: action.status };
      case 'resynced':
      case 'resync-failed': {
        const told = {
          generation: this.#generation(action.which),
          resync: pick(this.#resyncs, action.resync),
        };
        return action.do === 'resynced'
          ? { type: 'resynced', ...told }
          : { type: 'resync-failed', ...told, detail: 'HTTP 500' };
      }
      case 'network':
        return { type: 'network', online: action.online };
      case 'denied':
        return { type: 'denied', cause: action.cause, detail: 'HTTP 401' };
      case 'connect':
      case 'disconnect':
      case 'timer':
        return { type: action.do };
    }
  }

  #generation(which: Which): number {
    return pick(this.#generations, which);
  }

  #note(command: Command): void {
    this.commands.push(command);
    if (command.type === 'probe') this.#probes[command.node]?.push(command.probe);
    if (command.type === 'open-xmpp') this.#generations.push(command.generation);
    if (command.type === 'resync') this.#resyncs.push(command.resync);
    if (this.#cooperates)
      for (const reply of repliesTo(command))
        this.#replies.push({ at: this.now + answerMs, observation: reply });
  }
}

function repliesTo(command: Command): Observation[] {
  switch (command.type) {
    case 'probe': {
      const { node, probe } = command;
      return [
        {
          type: 'system-info',
          node,
          probe,
          answer: { kind: 'status', status: 'in-service', heartbeat: 'success' },
        },
      ];
    }
    case 'open-xmpp': {
      const { generation } = command;
      return [
        { type: 'xmpp-up', generation },
        { type: 'presence', generation, available: true },
      ];
    }
    case 'ping':
      return [{ type: 'received', generation: command.generation }];
    case 'resync': {
      const { generation, resync } = command;
      return [{ type: 'resynced', generation, resync }];
    }
    default:
      return [];
  }
}

function pick(ids: readonly number[], which: Which): number {
  return which === -1 ? 1_000_000 : (ids.at(-1 - which) ?? 1_000_000);
}
