import { ActionError, type FinesseClient } from '@finesse-ha/client';
import type { VirtualClock } from './clock.js';
import type { Machine } from './machine.js';
import type { Observer } from './observer.js';
import type { Random } from './random.js';
import type { Truth } from './truth.js';

type Desk = { client: FinesseClient; observer: Observer; machine: Machine };

/** Agents at work until `untilMs`: supervisors and customers change what is the case, agents ask for other states. */
export function work(
  clock: VirtualClock,
  random: Random,
  truth: Truth,
  desks: readonly Desk[],
  untilMs: number,
): void {
  const everyMs = 10 ** random.between(3.5, 4.8) / desks.length;
  const next = () => {
    clock.after(random.between(0, everyMs * 2), () => {
      if (clock.now > untilMs) return;
      happen(random, truth, random.pick(desks));
      next();
    });
  };
  next();
}

/** A few changes close together, within seconds from `fromMs`. */
export function busy(
  clock: VirtualClock,
  random: Random,
  truth: Truth,
  desks: readonly Desk[],
  fromMs: number,
): void {
  let atMs = fromMs + random.between(0, 4_000);
  for (let left = random.below(4); left > 0; left -= 1) {
    clock.at(atMs, () => happen(random, truth, random.pick(desks)));
    atMs += random.between(0, 200);
  }
}

function happen(random: Random, truth: Truth, { client, observer, machine }: Desk): void {
  machine.touch();
  const { agent } = observer;
  const { user, dialogs } = truth.agent(agent);
  const state = user.state === 'READY' ? 'NOT_READY' : 'READY';
  const choice = random.next();
  if (choice < 0.3) {
    act(observer, client.setState(state));
  } else if (choice < 0.55) truth.setState(agent, { state });
  else if (dialogs.length === 0) truth.startCall(agent);
  else if (choice < 0.85) truth.changeCall(agent);
  else truth.endCall(agent);
}

/** An action may fail when things fail, but only in the way that is documented, and it always comes to an end. */
export function act(observer: Observer, action: Promise<unknown>): void {
  observer.pendingActions += 1;
  action
    .catch((error: unknown) => {
      if (!(error instanceof ActionError)) observer.breach('nothing-thrown', String(error));
    })
    .finally(() => {
      observer.pendingActions -= 1;
    });
}
