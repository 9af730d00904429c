import { describe, expect, it } from 'vitest';
import { Admission, type Ticket } from '../src/web-host/admission.ts';

/** Offers tickets under names and records what becomes of them. */
function desk(limits: { inFlight: number; queued: number; queueWaitMs?: number }) {
  const admission = new Admission({ queueWaitMs: 10_000, ...limits });
  const log: string[] = [];
  const tickets = new Map<string, Ticket>();
  const waiters = new Map<string, () => void>();
  const note = (entry: string) => {
    log.push(entry);
    waiters.get(entry)?.();
  };
  return {
    admission,
    log,
    offer(name: string, urgent = false) {
      const ticket: Ticket = {
        urgent,
        enter: () => note(`${name} enters`),
        shed: () => {
          note(`${name} shed`);
          admission.finished(ticket);
        },
      };
      tickets.set(name, ticket);
      admission.offer(ticket);
    },
    finish: (name: string) => admission.finished(tickets.get(name)!),
    noted: (entry: string) => new Promise<void>((resolve) => waiters.set(entry, resolve)),
  };
}

describe('admission', () => {
  it('lets in up to the limit, then in the order of arrival', () => {
    const { offer, finish, log } = desk({ inFlight: 2, queued: 5 });
    for (const name of ['a', 'b', 'c', 'd']) offer(name);
    expect(log).toEqual(['a enters', 'b enters']);
    finish('b');
    finish('a');
    expect(log.slice(2)).toEqual(['c enters', 'd enters']);
  });

  it('sheds at once what finds the line full', () => {
    const { offer, finish, log } = desk({ inFlight: 1, queued: 1 });
    for (const name of ['a', 'b', 'c']) offer(name);
    expect(log).toEqual(['a enters', 'c shed']);
    finish('a');
    expect(log.at(-1)).toBe('b enters');
  });

  it('lets the urgent in first, and keeps room for them when the line is full', () => {
    const { offer, finish, log } = desk({ inFlight: 1, queued: 1 });
    offer('a');
    offer('b');
    offer('c', true);
    finish('a');
    finish('c');
    expect(log).toEqual(['a enters', 'c enters', 'b enters']);
  });

  it('drops what was abandoned while it waited', () => {
    const { offer, finish, log } = desk({ inFlight: 1, queued: 5 });
    for (const name of ['a', 'b', 'c']) offer(name);
    finish('b');
    finish('a');
    expect(log).toEqual(['a enters', 'c enters']);
  });

  it('sheds what waited too long', async () => {
    const { offer, noted, finish, log } = desk({ inFlight: 1, queued: 5, queueWaitMs: 5 });
    offer('a');
    const shed = noted('b shed');
    offer('b');
    await shed;
    finish('a');
    expect(log).toEqual(['a enters', 'b shed']);
  });

  it('starts anew when the web app is gone', () => {
    const { offer, log, admission } = desk({ inFlight: 1, queued: 5 });
    offer('a');
    offer('b');
    admission.clear();
    expect(log).toEqual(['a enters', 'b shed']);
    offer('c');
    expect(log.at(-1)).toBe('c enters');
  });
});
