import fc from 'fast-check';
import {
  type Command,
  createState,
  defaultSettings,
  type FailoverEvent,
  type FailoverState,
  nextDeadline,
  step,
} from '../src/index.js';

/** What happens next, told relative to the state it meets, so that shrinking keeps it meaningful. */
export interface Act {
  /** Time that passes before, in ms. */
  afterMs: number;
  /** The timers due meanwhile do not fire: the machine sleeps. */
  asleep: boolean;
  /** 0: about the newest connection, probe or resync; n: about the one n before. */
  back: number;
  what: What;
}

type What =
  /** Whatever the core waits for happens: random events alone hardly ever bring it into service. */
  | { do: 'help' }
  | { do: Simple }
  | { do: 'system-info'; node: number; kind: AnswerKind }
  | { do: 'xmpp-lost'; cause: Extract<FailoverEvent, { type: 'xmpp-lost' }>['cause'] }
  | { do: 'presence'; available: boolean }
  | { do: 'notification'; inService: boolean }
  | { do: 'network'; online: boolean };

type AnswerKind = (typeof answerKinds)[number];
const answerKinds = [
  'in',
  'out',
  'heartbeat',
  '503',
  '404',
  'unreachable',
  'timeout',
  'certificate',
] as const;

type Simple = 'connect' | 'disconnect' | 'xmpp-up' | 'received' | 'resynced' | 'resync-failed' | 'denied';
const simple = (...names: Simple[]): fc.Arbitrary<What> =>
  fc.constantFrom(...names).map((name): What => ({ do: name }));

/** What helps a client into service comes often, what ends the matter seldom: else most runs end early. */
const what: fc.Arbitrary<What> = fc.oneof(
  { weight: 20, arbitrary: fc.constant<What>({ do: 'help' }) },
  { weight: 8, arbitrary: simple('xmpp-up') },
  { weight: 8, arbitrary: simple('resynced') },
  { weight: 4, arbitrary: simple('received') },
  { weight: 2, arbitrary: simple('connect', 'resync-failed') },
  { weight: 1, arbitrary: simple('disconnect', 'denied') },
  {
    weight: 14,
    arbitrary: fc.record({
      do: fc.constant('system-info' as const),
      node: fc.nat(1),
      kind: fc.oneof(
        { weight: 10, arbitrary: fc.constant('in' as const) },
        { weight: 4, arbitrary: fc.constantFrom('out', 'heartbeat', '503', '404', 'unreachable', 'timeout') },
        { weight: 1, arbitrary: fc.constant('certificate' as const) },
      ) as fc.Arbitrary<AnswerKind>,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('xmpp-lost' as const),
      cause: fc.oneof(
        {
          weight: 8,
          arbitrary: fc.constantFrom('closed', 'reset', 'refused', 'system-shutdown', 'overloaded'),
        },
        { weight: 1, arbitrary: fc.constantFrom('unauthorized', 'conflict') },
      ) as fc.Arbitrary<'closed'>,
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('presence' as const),
      available: fc.oneof({ weight: 4, arbitrary: fc.constant(true) }, fc.constant(false)),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('notification' as const), inService: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('network' as const), online: fc.boolean() }) },
);

const afterMs = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 50 }) },
  { weight: 3, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 120_000 }) },
);

const act: fc.Arbitrary<Act> = fc.record({
  afterMs,
  asleep: fc.oneof({ weight: 15, arbitrary: fc.constant(false) }, fc.constant(true)),
  back: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  what,
});

/** A run: how many nodes the application names, the seed of the jitter, and what happens. */
export const runs = fc.record({
  nodeCount: fc.integer({ min: 1, max: 2 }),
  seed: fc.integer(),
  acts: fc
    .array(act, { minLength: 20, maxLength: 100, size: 'max' })
    .map((acts): Act[] => [{ afterMs: 0, asleep: false, back: 0, what: { do: 'connect' } }, ...acts]),
});
export type Run = typeof runs extends fc.Arbitrary<infer T> ? T : never;

/** The defaults, with a log short enough to be copied at every step. */
const settings = { ...defaultSettings, logLimit: 5 };

/** One step that was made. */
export interface Made {
  before: FailoverState;
  event: FailoverEvent;
  after: FailoverState;
  commands: readonly Command[];
}

const names = ['primary', 'secondary'] as const;

/** Freezes plain data all the way down: writing to it then throws. */
export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) deepFreeze(part);
  }
  return value;
}

/** Plays a run against the core, firing every timer that comes due; gives each step to `check`. */
export function playRun(run: Run, check: (made: Made) => void): FailoverState {
  let at = 0;
  let state = deepFreeze(createState(settings, names.slice(0, run.nodeCount), run.seed, at));
  const probes: Record<string, number[]> = { primary: [], secondary: [] };
  const resyncs: number[] = [];

  const make = (event: FailoverEvent): void => {
    const before = state;
    const [after, commands] = step(before, deepFreeze(event));
    state = deepFreeze(after);
    for (const command of commands) {
      if (command.type === 'probe') probes[command.node]?.push(command.probe);
      if (command.type === 'resync') resyncs.push(command.resync);
    }
    check({ before, event, after, commands });
  };

  for (const { afterMs: pause, asleep, back, what: it } of run.acts) {
    const until = at + pause;
    for (let fired = 0; !asleep; fired += 1) {
      const due = nextDeadline(state);
      if (due === null || due > until) break;
      if (fired > 5_000) throw new Error(`timers do not get past ${at}`);
      at = Math.max(at, due);
      make({ type: 'timer', at });
    }
    at = until;
    const generation = state.nextGeneration - 1 - back;
    const resync = resyncs.at(-1 - back) ?? 0;
    make(it.do === 'help' ? helpful(state, at) : eventOf(it, at, generation, resync, back, probes));
  }
  return state;
}

/** What brings the core nearer to being in service, as far as it lies with the world. */
function helpful(state: FailoverState, at: number): FailoverEvent {
  const { link, current } = state;
  const node = state.nodes.find(({ id }) => id === current);
  if (state.phase === 'idle') return { type: 'connect', at };
  if (link?.phase === 'opening') return { type: 'xmpp-up', at, generation: link.generation };
  if (link !== null && link.presence !== 'available')
    return { type: 'presence', at, generation: link.generation, available: true };
  if (link?.resync === 'running')
    return { type: 'resynced', at, generation: link.generation, resync: link.resyncId };
  const answer = answerOf('in', undefined);
  return { type: 'system-info', at, node: current, probe: node?.probe?.id ?? 0, answer };
}

function eventOf(
  it: Exclude<What, { do: 'help' }>,
  at: number,
  generation: number,
  resync: number,
  back: number,
  probes: Record<string, number[]>,
): FailoverEvent {
  switch (it.do) {
    case 'connect':
    case 'disconnect':
      return { type: it.do, at };
    case 'xmpp-up':
    case 'received':
      return { type: it.do, at, generation };
    case 'resynced':
      return { type: 'resynced', at, generation, resync };
    case 'resync-failed':
      return { type: 'resync-failed', at, generation, resync, detail: 'HTTP 503' };
    case 'denied':
      return { type: 'denied', at, cause: 'unauthorized', detail: 'HTTP 401' };
    case 'system-info': {
      const node = names[it.node] ?? 'primary';
      const probe = probes[node]?.at(-1 - back) ?? 0;
      return { type: 'system-info', at, node, probe, answer: answerOf(it.kind, names[1 - it.node]) };
    }
    case 'xmpp-lost':
      return { type: 'xmpp-lost', at, generation, cause: it.cause };
    case 'presence':
      return { type: 'presence', at, generation, available: it.available };
    case 'notification':
      return { type: 'notification', at, generation, status: it.inService ? 'in-service' : 'out-of-service' };
    case 'network':
      return { type: 'network', at, online: it.online };
  }
}

type Answer = Extract<FailoverEvent, { type: 'system-info' }>['answer'];

function answerOf(kind: AnswerKind, alternate: string | undefined): Answer {
  switch (kind) {
    case 'in':
      return { kind: 'status', status: 'in-service', heartbeat: 'success', alternate };
    case 'out':
      return { kind: 'status', status: 'out-of-service', heartbeat: 'unknown', alternate };
    case 'heartbeat':
      return { kind: 'status', status: 'in-service', heartbeat: 'failure', alternate };
    case '503':
      return { kind: 'http-error', httpStatus: 503, retryAfterMs: 2_000 };
    case '404':
      return { kind: 'http-error', httpStatus: 404 };
    case 'unreachable':
      return { kind: 'unreachable', detail: 'connection refused' };
    case 'timeout':
      return { kind: 'timeout' };
    case 'certificate':
      return { kind: 'certificate', detail: 'expired' };
  }
}
