import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Command, type FailoverEvent, type FailoverState, step } from '../src/index.js';
import { type Made, playRun, runs } from './random-run.js';

const numRuns = 60;

/** Holds over every step of random runs; `make` makes the check, with a memory of its own, for one run. */
function always(make: () => (made: Made) => void): void {
  fc.assert(
    fc.property(runs, (run) => void playRun(run, make())),
    { numRuns },
  );
}

/** About a connection, a probe or a fetch that is not the one in use. */
function isStale(before: FailoverState, event: FailoverEvent): boolean {
  if (event.type === 'system-info')
    return before.nodes.find((node) => node.id === event.node)?.probe?.id !== event.probe;
  if (!('generation' in event)) return false;
  if (before.link?.generation !== event.generation) return true;
  return 'resync' in event && before.link.resyncId !== event.resync;
}

/** What the core was told, kept apart from its own state: an old message is recognised by the commands alone. */
class Told {
  open: number | null = null;
  up = false;
  available = false;
  /** SystemInfo IN_SERVICE was told since the connection is up, `finesse` was away and nobody said otherwise. */
  inService = false;
  resynced: number | null = null;
  resyncAsked: number | null = null;
  node = '';
  readonly probes = new Map<string, number>();

  event(event: FailoverEvent, before: FailoverState): void {
    const slept = before.deadlineAt !== null && event.at - before.deadlineAt > before.settings.sleepMs;
    if (slept) this.inService = false;
    if (event.type === 'system-info') {
      if (this.probes.get(event.node) !== event.probe || slept) return;
      this.probes.delete(event.node);
      if (event.node === this.node && event.answer.kind === 'status')
        this.inService = this.up && event.answer.status === 'in-service';
      return;
    }
    if (!('generation' in event) || event.generation !== this.open) return;
    if (event.type === 'xmpp-up' && !this.up) {
      this.up = true;
      this.inService = false;
    } else if (event.type === 'xmpp-lost') this.close();
    else if (event.type === 'presence' && this.up) {
      this.available = event.available;
      if (!event.available) this.inService = false;
    } else if (event.type === 'notification') this.inService = event.status === 'in-service';
    else if (event.type === 'resynced') this.resynced = event.resync;
  }

  command(command: Command): void {
    if (command.type === 'probe') this.probes.set(command.node, command.probe);
    else if (command.type === 'cancel-probe') this.probes.delete(command.node);
    else if (command.type === 'close-xmpp') this.close();
    else if (command.type === 'resync') this.resyncAsked = command.resync;
    else if (command.type === 'open-xmpp') {
      this.open = command.generation;
      this.node = command.node;
    }
  }

  private close(): void {
    this.open = null;
    this.up = false;
    this.available = false;
    this.inService = false;
  }
}

describe('over random events, judged by a memory apart from the core', () => {
  it('in service is announced only when all three conditions were told and the fetch is done', () => {
    let announced = 0;
    always(() => {
      const told = new Told();
      return ({ before, event, commands }) => {
        told.event(event, before);
        for (const command of commands) {
          if (command.type === 'announce' && /^(in-service|recovered)$/.test(command.announcement.kind)) {
            announced += 1;
            expect(told).toMatchObject({ up: true, available: true, inService: true });
            expect(told.node).toBe(command.announcement.node);
            expect(told.resynced).toBe(told.resyncAsked);
          }
          told.command(command);
        }
      };
    });
    expect(announced).toBeGreaterThan(20); // else the runs would show nothing
  });

  it('at most one XMPP connection is open, and only an open one is closed or pinged', () => {
    always(() => {
      let open: number | null = null;
      return ({ event, commands }) => {
        // A sleep ends an opening connection before its loss is taken in: then the core closes it once more itself.
        const closed = commands.some((one) => one.type === 'close-xmpp' && one.generation === open);
        if (event.type === 'xmpp-lost' && event.generation === open && !closed) open = null;
        for (const command of commands) {
          if (command.type === 'open-xmpp') {
            expect(open).toBeNull();
            open = command.generation;
          } else if (command.type === 'close-xmpp') {
            expect(command.generation).toBe(open);
            open = null;
          } else if (command.type === 'resync') {
            expect(command.generation).toBe(open);
          } else if (command.type === 'ping' && event.type !== 'xmpp-lost') {
            // Waking pings the connection before the event that woke the core, its loss perhaps, is taken in.
            expect(command.generation).toBe(open);
          }
        }
      };
    });
  });

  it('at most one probe of a node is in flight', () => {
    always(() => {
      const inFlight = new Map<string, number>();
      return ({ event, commands }) => {
        if (event.type === 'system-info' && inFlight.get(event.node) === event.probe) {
          const cancelled = commands.some((one) => one.type === 'cancel-probe' && one.probe === event.probe);
          if (!cancelled) inFlight.delete(event.node);
        }
        for (const command of commands) {
          if (command.type === 'probe') {
            expect(inFlight.has(command.node)).toBe(false);
            inFlight.set(command.node, command.probe);
          } else if (command.type === 'cancel-probe') {
            expect(inFlight.get(command.node)).toBe(command.probe);
            inFlight.delete(command.node);
          }
        }
      };
    });
  });

  it('news of an abandoned connection, probe or fetch is as good as a timer', () => {
    let stale = 0;
    always(() => ({ before, event, after, commands }) => {
      if (!isStale(before, event)) return;
      stale += 1;
      const [other, otherCommands] = step(before, { type: 'timer', at: event.at });
      if (event.type === 'received') return; // not planned at all before its deadline: see the next property
      expect(after).toEqual(other);
      expect(commands).toEqual(otherCommands);
    });
    expect(stale).toBeGreaterThan(20);
  });

  it('bytes change nothing but when the connection was last heard', () => {
    always(() => ({ before, event, after, commands }) => {
      if (event.type !== 'received' || before.deadlineAt === null || event.at >= before.deadlineAt) return;
      expect(commands).toEqual([]);
      const heard = { lastReceivedAt: 0, strikes: 0, pingAt: null };
      const apart = (state: FailoverState) => ({
        ...state,
        lastAt: 0,
        link: state.link === null ? null : { ...state.link, ...heard },
      });
      expect(apart(after)).toEqual(apart(before));
    });
  });

  it('while it runs it waits for a deadline that lies ahead; otherwise for nothing', () => {
    always(() => ({ after, event }) => {
      if (after.phase !== 'running') expect(after.deadlineAt).toBeNull();
      else {
        expect(after.deadlineAt).not.toBeNull();
        if (event.type !== 'received') expect(after.deadlineAt).toBeGreaterThanOrEqual(after.lastAt);
      }
    });
  });

  it('left to its timers alone it gets on: no endless loop in one instant', () => {
    fc.assert(
      fc.property(runs, (run) => {
        let state = playRun(run, () => undefined);
        const start = state.lastAt;
        for (let sameInstant = 0; state.deadlineAt !== null && state.lastAt < start + 120_000; ) {
          const before = state.lastAt;
          [state] = step(state, { type: 'timer', at: state.deadlineAt });
          sameInstant = state.lastAt > before ? 0 : sameInstant + 1;
          expect(sameInstant).toBeLessThan(8);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('an end is latched: only connect and disconnect lead out of it', () => {
    always(() => ({ before, event, after, commands }) => {
      if (before.phase !== 'ended' || event.type === 'connect' || event.type === 'disconnect') return;
      expect(after.phase).toBe('ended');
      expect(after.ended).toEqual(before.ended);
      expect(commands).toEqual([]);
    });
  });

  it('the current node is left only while it fails or in the first search, and each move is announced', () => {
    always(() => ({ before, after, commands }) => {
      if (before.current === after.current) return;
      const kinds = commands.flatMap((one) => (one.type === 'announce' ? [one.announcement.kind] : []));
      expect(kinds).toContain('moving');
      expect(after.status).not.toBe('in-service');
    });
  });
});
