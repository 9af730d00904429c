import {
  type Dialog,
  formatDialogs,
  formatUser,
  type Update,
  type User,
  userDialogsNode,
  userNode,
} from '@finesse-ha/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ClientEvent, HttpRequest, HttpResponse, Platform } from '../src/index.ts';
import { createPlatform } from '../src/platform/node.ts';
import { FinesseRest } from '../src/rest.ts';
import { Synchronizer } from '../src/synchronizer.ts';
import { agentId, agentUser, dialog, update } from './support/scripted-node.ts';

/**
 * A server as a model: its state, what it published and has not been delivered, requests not yet looked at, answers not
 * yet delivered. The test decides in which order all that happens; this is the platform's part of the world.
 */
class Model {
  user: User = agentUser('NOT_READY', time(0));
  dialogs: Dialog[] = [];
  readonly #synchronizer: Synchronizer;
  #wire: ({ node: string; what: Update } | { pong: () => void })[] = [];
  #asked: { request: HttpRequest; resolve: (response: HttpResponse) => void }[] = [];
  #answers: (() => void)[] = [];
  #changes = 0;
  connected = true;

  constructor(synchronizer: Synchronizer) {
    this.#synchronizer = synchronizer;
  }

  readonly request = (request: HttpRequest): Promise<HttpResponse> =>
    new Promise((resolve) => this.#asked.push({ request, resolve }));

  /** The answer to a ping comes after everything that was published before it. */
  readonly caughtUp = (): Promise<void> => new Promise((pong) => this.#wire.push({ pong }));

  change(kind: number): void {
    this.#changes += 1;
    const id = String(kind % 3);
    const known = this.dialogs.find((one) => one.id === id);
    const source = userDialogsNode(agentId);
    if (kind < 3) {
      const state = ['READY', 'TALKING', 'WORK'][kind] ?? 'READY';
      this.user = { ...this.user, state, stateChangeTime: time(this.#changes) };
      this.#publishUser();
    } else if (kind < 4) {
      // No new time: nothing but the order tells which of two is the later.
      this.user = { ...this.user, pendingState: `P${this.#changes}` };
      this.#publishUser();
    } else if (known === undefined) {
      const added = dialog(id, 'ALERTING');
      this.dialogs = [...this.dialogs, added];
      this.#publish(source, update('POST', source, { kind: 'dialogs', dialogs: [added] }));
    } else if (kind % 2 === 0) {
      const changed = dialog(id, `STATE${this.#changes}`);
      this.dialogs = this.dialogs.map((one) => (one === known ? changed : one));
      this.#publish(source, update('PUT', changed.uri, { kind: 'dialog', dialog: changed }));
    } else {
      this.dialogs = this.dialogs.filter((one) => one !== known);
      this.#publish(source, update('DELETE', source, { kind: 'dialogs', dialogs: [known] }));
    }
  }

  /** Lets one of the things under way happen; which one is up to `choice`. False when nothing is under way. */
  async proceed(choice: number): Promise<boolean> {
    const possible = [
      ...(this.#wire.length > 0 ? [() => this.#deliver()] : []),
      ...this.#asked.map((_, index) => () => this.#look(index)),
      ...this.#answers.map((_, index) => () => this.#answers.splice(index, 1)[0]?.()),
    ];
    possible[choice % Math.max(1, possible.length)]?.();
    await new Promise((resolve) => setImmediate(resolve));
    return possible.length > 0;
  }

  #publishUser(): void {
    this.#publish(userNode(agentId), update('PUT', userNode(agentId), { kind: 'user', user: this.user }));
  }

  #publish(node: string, what: Update): void {
    if (this.connected) this.#wire.push({ node, what });
  }

  #deliver(): void {
    const next = this.#wire.shift();
    if (next === undefined) return;
    if ('pong' in next) next.pong();
    else this.#synchronizer.take({ node: next.node, itemId: '', update: next.what });
  }

  #look(index: number): void {
    const [asked] = this.#asked.splice(index, 1);
    if (asked === undefined) return;
    const dialogs = asked.request.url.endsWith('Dialogs');
    const body = dialogs ? formatDialogs({ dialogs: this.dialogs }) : formatUser(this.user);
    this.#answers.push(() => asked.resolve({ status: 200, headers: {}, body }));
  }
}

function time(second: number): string {
  return new Date(Date.parse('2026-11-23T08:00:00.000Z') + second * 1_000).toISOString();
}

/** What an application has that applied the updates in order. */
class Application {
  user: User | null = null;
  dialogs: readonly Dialog[] = [];
  readonly userTimes: string[] = [];

  take(event: ClientEvent): void {
    if (event.type !== 'update') return;
    if (event.kind === 'user') {
      expect(event.previous === null ? null : formatUser(event.previous)).toEqual(
        this.user === null ? null : formatUser(this.user),
      );
      this.user = event.current;
      this.userTimes.push(event.current.stateChangeTime ?? '');
    } else if (event.kind === 'dialogs') {
      expect(event.previous).toEqual(this.dialogs);
      this.dialogs = event.current;
    } else if (event.kind === 'dialog') {
      expect(this.dialogs).toContainEqual(event.previous);
      this.dialogs = this.dialogs.map((one) => (one.id === event.current.id ? event.current : one));
    }
  }
}

test('whatever order changes, deliveries and fetches take, the application ends up with what the server has', async () => {
  const steps = fc.array(fc.record({ change: fc.option(fc.nat(9)), choice: fc.nat(20) }), { maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(steps, steps, fc.array(fc.nat(9), { maxLength: 5 }), async (first, second, missed) => {
      const application = new Application();
      let stale = false;
      const synchronizer = new Synchronizer(agentId, {
        emit: (event) => application.take(event),
        onTaken: () => undefined,
        onStale: () => {
          stale = true;
        },
      });
      const model = new Model(synchronizer);
      const platform: Platform = { ...createPlatform(), request: model.request };
      const rest = new FinesseRest(platform, 'http://model', { user: agentId, password: 'secret' });

      const recover = async (during: typeof first) => {
        const { signal } = new AbortController();
        const { caughtUp } = model;
        const options = { timeoutMs: 1_000, signal, systemInfo: () => null, caughtUp };
        const fetching = synchronizer.fetch(rest, options);
        let fetched = false;
        void fetching.then(() => {
          fetched = true;
        });
        for (const { change, choice } of during) {
          if (change !== null) model.change(change);
          await model.proceed(choice);
        }
        for (let turn = 0; !fetched; turn++) await model.proceed(turn * 7);
        synchronizer.commit(await fetching, false);
        synchronizer.release();
        while (await model.proceed(0));
      };

      await recover(first);
      model.connected = false;
      synchronizer.hold();
      for (const change of missed) model.change(change);
      model.connected = true;
      await recover(second);
      // An update older than the picture asks for a look, which the client takes.
      if (stale) await recover([]);

      expect(formatUser(application.user as User)).toBe(formatUser(model.user));
      const byId = (one: Dialog, other: Dialog) => one.id.localeCompare(other.id);
      expect([...application.dialogs].sort(byId)).toEqual([...model.dialogs].sort(byId));
      expect(application.userTimes).toEqual([...application.userTimes].sort());
    }),
    { numRuns: 300 },
  );
});

test('of more updates than can be held the last of each source is kept', () => {
  const told: string[] = [];
  const synchronizer = new Synchronizer(agentId, {
    emit: (event) => {
      if (event.type === 'notification') told.push(event.itemId);
    },
    onTaken: () => undefined,
    onStale: () => undefined,
  });
  const count = 10_500;
  for (let number = 0; number < count; number++) {
    // Each of the first 3000 says something once; then one talks all the time.
    const source = `/finesse/api/User/${Math.min(number, 3_000)}`;
    synchronizer.take({
      node: '/finesse/api/Team/1/Users',
      itemId: String(number),
      update: { event: 'PUT', source, requestId: '', data: { kind: 'none' } },
    });
  }
  synchronizer.release();
  expect(told.slice(0, 3_000)).toEqual(Array.from({ length: 3_000 }, (_unused, index) => String(index)));
  expect(told.at(-1)).toBe(String(count - 1));
  expect(new Set(told).size).toBe(told.length);
});
