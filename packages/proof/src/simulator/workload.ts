import { ActionError, type FinesseClient } from '@finesse-ha/client';
import type { VirtualClock } from './clock.js';
import type { Observer } from './observer.js';
import type { Random } from './random.js';
import type { Truth } from './truth.js';

/** Agents at work until `untilMs`: supervisors and customers change what is the case, agents ask for other states. */
export function work(
  clock: VirtualClock,
  random: Random,
  truth: Truth,
  clients: readonly { client: FinesseClient; observer: Observer }[],
  untilMs: number,
): void {
  const everyMs = 10 ** random.between(3.3, 4.6) / clients.length;
  const next = () => {
    clock.after(random.between(0, everyMs * 2), () => {
      if (clock.now > untilMs) return;
      const { client, observer } = random.pick(clients);
      happen(random, truth, client, observer);
      next();
    });
  };
  next();
}

function happen(random: Random, truth: Truth, client: FinesseClient, observer: Observer): void {
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
