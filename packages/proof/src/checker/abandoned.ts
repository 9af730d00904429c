import type { FailoverEvent, FailoverState } from '@finesse-ha/failover';
import { Canon, Fingerprint } from './fingerprint.js';
import { Violation } from './monitor.js';
import type { TimeModel } from './settings.js';
import type { Core } from './step.js';
import { Visited } from './visited.js';
import type { World } from './world.js';

/**
 * News of an abandoned connection, probe or fetch may come at any moment after it was abandoned. Instead of keeping
 * such news in the state, every kind of it is tried on every state of the core that is met: it must lead where a bare
 * timer leads at that moment, with the same commands.
 */
export class Abandoned {
  readonly #core: Core;
  readonly #print = new Fingerprint();
  readonly #canon: Canon;
  readonly #tried = new Visited();
  /** How many steps were tried. */
  trials = 0;

  constructor(time: TimeModel, core: Core) {
    this.#core = core;
    this.#canon = new Canon(this.#print, time);
  }

  /** @throws {Violation} if old news is heard. */
  check({ core, now }: World): void {
    this.#hash(core, now);
    if (this.#tried.add(this.#print.high, this.#print.low, -1, 0) < 0) return;
    const timer = this.#after(core, { type: 'timer', at: now }, now);
    this.#hash(core, now);
    const unchanged = `${this.#print.high} ${this.#print.low} `;
    for (const event of oldNews(core, now)) {
      const after = this.#after(core, event, now);
      // Bytes that move no deadline nearer are taken in without a look at anything else.
      const heard = after !== timer && !(event.type === 'received' && after === unchanged);
      if (heard) {
        throw new Violation(
          'abandoned-is-silent',
          `an event of something abandoned is heard: ${JSON.stringify(event)}`,
        );
      }
    }
  }

  #after(core: FailoverState, event: FailoverEvent, now: number): string {
    this.trials += 1;
    const [after, commands] = this.#core.step(core, event);
    this.#hash(after, now);
    return `${this.#print.high} ${this.#print.low} ${commands.map(({ type }) => type).join()}`;
  }

  #hash(core: FailoverState, now: number): void {
    this.#print.reset();
    this.#canon.core(core, now);
    this.#print.finish();
  }
}

function oldNews(core: FailoverState, at: number): FailoverEvent[] {
  const generation = (core.link?.generation ?? core.nextGeneration) - 1;
  const resync = core.link?.resyncId ?? 0;
  const status = { kind: 'status', heartbeat: 'success' } as const;
  const news: FailoverEvent[] = [
    { type: 'xmpp-up', generation, at },
    { type: 'xmpp-lost', generation, cause: 'reset', at },
    { type: 'xmpp-lost', generation, cause: 'conflict', at },
    { type: 'presence', generation, available: true, at },
    { type: 'presence', generation, available: false, at },
    { type: 'notification', generation, status: 'in-service', at },
    { type: 'notification', generation, status: 'out-of-service', at },
    { type: 'received', generation, at },
    { type: 'resynced', generation, resync, at },
    { type: 'resync-failed', generation, resync, detail: 'late', at },
  ];
  if (core.link !== null) {
    // A fetch that a later one replaced, on the connection that lives.
    const replaced = { generation: core.link.generation, resync: resync - 1 };
    news.push(
      { type: 'resynced', ...replaced, at },
      { type: 'resync-failed', ...replaced, detail: 'late', at },
    );
  }
  for (const { id } of core.nodes) {
    news.push(
      { type: 'system-info', node: id, probe: 0, answer: { ...status, status: 'in-service' }, at },
      { type: 'system-info', node: id, probe: 0, answer: { ...status, status: 'out-of-service' }, at },
    );
  }
  return news;
}
