import {
  type Command,
  createState,
  type FailoverState,
  nextDeadline,
  resolveSettings,
  step,
} from '@finesse-ha/failover';
import type { Input, SpecCase } from './schema.js';
import { type Observation, World } from './world.js';

/** A command and when it was given. */
export interface Given {
  at: number;
  command: Command;
}

type Which = 'current' | 'previous';
type Handlers = { [K in keyof Input]-?: (value: NonNullable<Input[K]>) => void };

/** What one instant may take at most: far more than any case needs, so that reaching it is a bug of the core. */
const stepsAtOneInstant = 1_000;

/** One client's core in a world of its own, under virtual time. */
export class Player {
  readonly world: World;
  readonly given: Given[] = [];
  state: FailoverState;
  readonly #probes = new Map<string, number[]>();
  readonly #generations: number[] = [];
  readonly #resyncs: number[] = [];
  readonly #queue: Observation[] = [];
  #stepping = false;

  constructor({ settings, nodes, deployment }: SpecCase, seed: number) {
    this.state = createState(resolveSettings(settings), nodes, seed, 0);
    this.world = new World(deployment, (observation) => this.#feed(observation));
  }

  get now(): number {
    return this.world.agenda.now;
  }

  /** When something happens next without any input; null when nothing ever does. */
  get nextAt(): number | null {
    const deadlineAt = nextDeadline(this.state);
    const { nextAt } = this.world.agenda;
    if (deadlineAt === null || nextAt === null) return deadlineAt ?? nextAt;
    return Math.min(deadlineAt, nextAt);
  }

  /** Runs all that happens up to an instant, messages before timers. */
  runTo(at: number): void {
    for (let next = this.nextAt; next !== null && next <= at; next = this.nextAt) this.runInstant(next);
    this.world.agenda.passTo(at);
  }

  /** Runs all that happens at one instant. */
  runInstant(at: number): void {
    const { agenda } = this.world;
    agenda.passTo(at);
    for (let steps = 0; (this.nextAt ?? Number.POSITIVE_INFINITY) <= agenda.now; steps += 1) {
      if (steps === stepsAtOneInstant) throw new Error(`the core does not come to rest at ${agenda.now} ms`);
      if (!agenda.runNext()) this.#feed({ type: 'timer' });
    }
  }

  /** Gives one input, and lets everything happen that follows in the same instant. */
  give(input: Input): void {
    const [key, value] = Object.entries(input)[0] as [keyof Input, never];
    this.#handlers[key](value);
    this.runInstant(this.now);
  }

  #feed(observation: Observation): void {
    this.#queue.push(observation);
    if (this.#stepping) return;
    this.#stepping = true;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const [state, commands] = step(this.state, { ...next, at: this.now } as Parameters<typeof step>[1]);
      this.state = state;
      for (const command of commands) this.#carryOut(command);
    }
    this.#stepping = false;
  }

  #carryOut(command: Command): void {
    this.given.push({ at: this.now, command });
    if (command.type === 'probe')
      this.#probes.set(command.node, [...(this.#probes.get(command.node) ?? []), command.probe]);
    if (command.type === 'open-xmpp') this.#generations.push(command.generation);
    if (command.type === 'resync') this.#resyncs.push(command.resync);
    this.world.execute(command);
  }

  #sleep(ms: number): void {
    this.world.sleep(ms);
    if ((nextDeadline(this.state) ?? Number.POSITIVE_INFINITY) <= this.now) this.#feed({ type: 'timer' });
    this.world.wake();
  }

  readonly #handlers: Handlers = {
    connect: () => this.#feed({ type: 'connect' }),
    disconnect: () => this.#feed({ type: 'disconnect' }),
    fault: (fault) => this.world.break(fault),
    heal: (fault) => this.world.heal(fault),
    'signed-in-elsewhere': () => this.world.signInElsewhere(),
    network: (network) => this.world.setNetwork(network === 'online'),
    sleep: (ms) => this.#sleep(ms),
    answers: (answers) => {
      const node = this.world.node(answers.node);
      node.answers = { ...node.answers, ...answers };
    },
    loses: ({ node, messages }) => {
      this.world.node(node).loses = messages;
    },
    timer: () => this.#feed({ type: 'timer' }),
    'system-info': ({ node, probe, answer }) =>
      this.#feed({
        type: 'system-info',
        node,
        probe: pick(this.#probes.get(node) ?? [], probe, 'probe'),
        answer,
      }),
    'xmpp-up': ({ connection }) => this.#feed({ type: 'xmpp-up', generation: this.#generation(connection) }),
    'xmpp-lost': ({ connection, ...loss }) => {
      const generation = this.#generation(connection);
      this.world.forget(generation);
      this.#feed({ type: 'xmpp-lost', generation, ...loss });
    },
    presence: ({ connection, available }) =>
      this.#feed({ type: 'presence', generation: this.#generation(connection), available }),
    notification: ({ connection, status }) =>
      this.#feed({ type: 'notification', generation: this.#generation(connection), status }),
    received: ({ connection }) => this.#feed({ type: 'received', generation: this.#generation(connection) }),
    resynced: ({ connection, resync }) =>
      this.#feed({
        type: 'resynced',
        generation: this.#generation(connection),
        resync: pick(this.#resyncs, resync, 'resync'),
      }),
    'resync-failed': ({ connection, resync, ...failure }) =>
      this.#feed({
        type: 'resync-failed',
        generation: this.#generation(connection),
        resync: pick(this.#resyncs, resync, 'resync'),
        ...failure,
      }),
    denied: (denial) => this.#feed({ type: 'denied', ...denial }),
    'network-hint': (hint) => this.#feed({ type: 'network', online: hint === 'online' }),
  };

  #generation(which: Which): number {
    return pick(this.#generations, which, 'connection');
  }
}

function pick(ids: readonly number[], which: Which, what: string): number {
  const id = ids.at(which === 'current' ? -1 : -2);
  if (id === undefined) throw new Error(`there is no ${which} ${what} yet`);
  return id;
}
