import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Command, FailoverState } from '../src/index.js';
import { step } from '../src/index.js';
import { type Action, anyRun, nodes, outageRun } from './support/actions.js';
import { Drive, type Step } from './support/drive.js';
import { Witness } from './support/witness.js';

const runs = { numRuns: 300 };
const seed = fc.integer();

/** Plays a run under the eyes of a witness. */
function play(
  actions: readonly Action[],
  seedOf: number,
  check: (step: Step) => void = () => undefined,
): Drive {
  const witness = new Witness();
  const drive = new Drive((made) => {
    witness.see(made);
    check(made);
  }, seedOf);
  for (const action of actions) drive.play(action);
  return drive;
}

it('keeps its promises whatever happens: conditions in order, one connection, one question per node, always a deadline', () => {
  fc.assert(
    fc.property(anyRun, seed, (actions, seedOf) => void play(actions, seedOf)),
    runs,
  );
});

it('runs the same way again from the same seed', () => {
  fc.assert(
    fc.property(anyRun, seed, (actions, seedOf) => {
      expect(play(actions, seedOf).commands).toEqual(play(actions, seedOf).commands);
    }),
    { numRuns: 60 },
  );
});

it('has a state that JSON keeps', () => {
  fc.assert(
    fc.property(anyRun, seed, (actions, seedOf) => {
      const { state } = play(actions, seedOf);
      expect(JSON.parse(JSON.stringify(state))).toStrictEqual(state);
    }),
    runs,
  );
});

it('is changed by nothing of an older connection, question or fetch', () => {
  const stale: Action[] = [
    { do: 'up', which: 1 },
    { do: 'received', which: 1 },
    { do: 'lost', which: 1, cause: 'conflict', retryAfterMs: 60_000 },
    { do: 'lost', which: 2, cause: 'closed', retryAfterMs: undefined },
    { do: 'presence', which: 1, available: false },
    { do: 'presence', which: 1, available: true },
    { do: 'notification', which: 1, status: 'out-of-service' },
    { do: 'notification', which: -1, status: 'in-service' },
    { do: 'resynced', which: 0, resync: 1 },
    { do: 'resynced', which: 1, resync: 0 },
    { do: 'resync-failed', which: 0, resync: 1 },
    ...([0, 1] as const).map(
      (node): Action => ({
        do: 'answer',
        node,
        which: 1,
        answer: { kind: 'certificate', detail: 'expired' },
      }),
    ),
  ];
  fc.assert(
    fc.property(anyRun, seed, fc.constantFrom(...stale), (actions, seedOf, action) => {
      const drive = play(actions, seedOf);
      drive.feed({ type: 'timer' }); // what is due is done, and the next deadline is exact
      const before = drive.state;
      drive.play(action);
      expect(drive.state).toEqual({ ...before, lastAt: drive.now });
    }),
    runs,
  );
});

it('has a clock that never runs backwards', () => {
  fc.assert(
    fc.property(anyRun, seed, fc.integer({ min: 1, max: 1_000_000 }), (actions, seedOf, backMs) => {
      const { state } = play(actions, seedOf);
      expect(step(state, { type: 'timer', at: state.lastAt - backMs })).toEqual(
        step(state, { type: 'timer', at: state.lastAt }),
      );
    }),
    { numRuns: 100 },
  );
});

it('drops everything when the application disconnects or the matter ends, and does nothing from then on', () => {
  const dropped: readonly Command['type'][] = ['close-xmpp', 'cancel-probe', 'announce'];
  fc.assert(
    fc.property(anyRun, seed, (actions, seedOf) => {
      play(actions, seedOf, ({ before, event, after, commands }) => {
        if (after.phase === 'running') return;
        for (const { type } of commands) expect(dropped).toContain(type);
        if (before.phase !== 'running' && event.type !== 'disconnect') expect(commands).toEqual([]);
        expect(after.link).toBeNull();
        expect(after.nodes.map(({ probe, nextProbeAt }) => probe ?? nextProbeAt)).toEqual(
          after.nodes.map(() => null),
        );
      });
    }),
    runs,
  );
});

it('finds into service from wherever it is, once all that it asks is answered well', () => {
  fc.assert(
    fc.property(outageRun, seed, (actions, seedOf) => {
      const drive = play(actions, seedOf);
      // The longest wait there is: a Retry-After of a minute, then the hold off a node that flapped.
      drive.cooperate(180_000);
      expect(drive.state.status).toBe('in-service');
      expect(drive.state.failure).toBeNull();
    }),
    runs,
  );
});

it('stays where it is as long as that answers well: no failing back', () => {
  fc.assert(
    fc.property(outageRun, seed, (actions, seedOf) => {
      const drive = play(actions, seedOf);
      drive.cooperate(180_000);
      const { current } = drive.state;
      const from = drive.commands.length;
      drive.cooperate(600_000);
      expect(drive.state).toMatchObject({ current, status: 'in-service' });
      expect(drive.commands.slice(from).filter(({ type }) => !quiet.includes(type))).toEqual([]);
    }),
    { numRuns: 60 },
  );
});
const quiet: readonly Command['type'][] = ['probe', 'ping', 'announce'];

it('has a log that is bounded and tells of its last decision', () => {
  fc.assert(
    fc.property(anyRun, seed, fc.integer({ min: 0, max: 20 }), (actions, seedOf, logLimit) => {
      const drive = new Drive(undefined, seedOf, { logLimit });
      for (const action of actions) drive.play(action);
      expect(drive.state.log.length).toBeLessThanOrEqual(logLimit);
      if (logLimit > 0 && actions.length > 0) expect(drive.state.log.length).toBeGreaterThan(0);
    }),
    { numRuns: 60 },
  );
});

it('learns at most one other node, whatever it is told', () => {
  fc.assert(
    fc.property(outageRun, seed, (actions, seedOf) => {
      const known = (state: FailoverState) => state.nodes.map(({ id }) => id);
      const drive = new Drive(undefined, seedOf, {}, [nodes[0]]);
      for (const action of actions) drive.play(action);
      expect([[nodes[0]], [...nodes]]).toContainEqual(known(drive.state));
    }),
    { numRuns: 60 },
  );
});
