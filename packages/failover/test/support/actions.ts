import fc from 'fast-check';
import type { LossCause, SystemInfoAnswer } from '../../src/index.js';

/** Which of the connections, probes or resyncs: 0 is the last one begun, 1 the one before it, -1 one that never was. */
export type Which = 0 | 1 | 2 | -1;

/** One thing that happens to the core. */
export type Action =
  /** Time passes and timers run when they are due. */
  | { do: 'run'; ms: number }
  /** Time passes and no timer runs: a busy machine, or one that sleeps. */
  | { do: 'stall'; ms: number }
  /** Everything that is asked is answered well for a while. */
  | { do: 'cooperate'; ms: number }
  | { do: 'answer'; node: 0 | 1; which: Which; answer: SystemInfoAnswer }
  | { do: 'up' | 'received'; which: Which }
  | { do: 'lost'; which: Which; cause: LossCause; retryAfterMs: number | undefined }
  | { do: 'presence'; which: Which; available: boolean }
  | { do: 'notification'; which: Which; status: 'in-service' | 'out-of-service' }
  | { do: 'resynced' | 'resync-failed'; which: Which; resync: Which }
  | { do: 'network'; online: boolean }
  | { do: 'connect' | 'disconnect' | 'timer' }
  | { do: 'denied'; cause: 'unauthorized' | 'license' };

export const nodes = ['one', 'two'] as const;

const retryAfterMs = fc.option(fc.integer({ min: 0, max: 60_000 }), { nil: undefined });
const status = fc.constantFrom('in-service' as const, 'out-of-service' as const);
const which: fc.Arbitrary<Which> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(0 as const) },
  { weight: 2, arbitrary: fc.constant(1 as const) },
  { weight: 1, arbitrary: fc.constantFrom(2 as const, -1 as const) },
);

const answer: fc.Arbitrary<SystemInfoAnswer> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('status' as const),
      status,
      heartbeat: fc.constantFrom('success' as const, 'failure' as const, 'unknown' as const),
      alternate: fc.constantFrom(undefined, ...nodes),
      deployment: fc.constantFrom(undefined, 'UCCE' as const, 'UCCX' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('http-error' as const),
      httpStatus: fc.constantFrom(404, 500, 503),
      retryAfterMs,
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'unreachable' as const, detail: 'refused' }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'timeout' as const }) },
);

const outages: LossCause[] = [
  'closed',
  'reset',
  'refused',
  'unreachable',
  'timeout',
  'system-shutdown',
  'overloaded',
  'protocol',
];

/** What may happen without ending the matter. */
const outage: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('run' as const), ms: fc.integer({ min: 0, max: 30_000 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('stall' as const), ms: fc.integer({ min: 0, max: 100_000_000 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('cooperate' as const), ms: fc.integer({ min: 0, max: 20_000 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      node: fc.constantFrom(0 as const, 1 as const),
      which,
      answer,
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('up' as const, 'received' as const), which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('lost' as const),
      which,
      cause: fc.constantFrom(...outages),
      retryAfterMs,
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('presence' as const), which, available: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('notification' as const), which, status }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('resynced' as const, 'resync-failed' as const),
      which,
      resync: which,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('network' as const), online: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('timer' as const) }) },
);

const anything: fc.Arbitrary<Action> = fc.oneof(
  { weight: 40, arbitrary: outage },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('connect' as const) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('disconnect' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('denied' as const),
      cause: fc.constantFrom('unauthorized' as const, 'license' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('lost' as const),
      which,
      cause: fc.constantFrom('unauthorized' as const, 'conflict' as const, 'certificate' as const),
      retryAfterMs,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      node: fc.constantFrom(0 as const, 1 as const),
      which,
      answer: fc.constant({ kind: 'certificate' as const, detail: 'expired' }),
    }),
  },
);

/** Runs that begin with the application connecting; anything may follow. */
export const anyRun: fc.Arbitrary<Action[]> = fc
  .array(anything, { maxLength: 60 })
  .map((actions) => [{ do: 'connect' as const }, ...actions]);

/** Runs after which the client is still meant to search. */
export const outageRun: fc.Arbitrary<Action[]> = fc
  .array(outage, { maxLength: 60 })
  .map((actions) => [{ do: 'connect' as const }, ...actions]);
