import type { ApiErrors, User } from '@finesse-ha/protocol';
import { ActionError, type ActionErrorKind, type ActionOutcome, RestError } from './errors.js';
import type { NotificationItem } from './events.js';
import type { Platform, TimerHandle } from './platform/types.js';
import { type FinesseRest, sentence, type UserChange } from './rest.js';

/** A notification can lag by many seconds (Cisco technote 212077), so the first look for a lost one waits a little. */
const lookAfterMs = 3_000;

export interface ActionDeskOptions {
  platform: Platform;
  timeoutMs: number;
  /** The REST API of the node in service; null while there is none. */
  rest(): FinesseRest | null;
  /** The user as the application was last told. */
  user(): User | null;
  /** Fetches the user and tells what differs, for an outcome whose notification may have been lost. */
  refresh(): Promise<void>;
}

interface PendingAction {
  readonly requestId: string;
  readonly change: UserChange;
  /** The user before the action, for telling afterwards whether it came to anything. */
  readonly before: User | null;
  /** What came between, if something did. */
  interruption: string | null;
  /** Finesse said that it took the request in. */
  accepted: boolean;
  deadline: TimerHandle | null;
  look: TimerHandle | null;
  settle(outcome: { user: User } | { error: unknown }): void;
}

/**
 * The actions whose outcome is awaited. Finesse answers a PUT with "accepted"; the outcome is a notification that
 * carries the requestId, which is "best effort" (dev guide 12.5 p.22). So an action also settles when the wanted state
 * itself appears. Nothing is ever sent twice.
 */
export class ActionDesk {
  readonly #options: ActionDeskOptions;
  #pending = new Set<PendingAction>();

  constructor(options: ActionDeskOptions) {
    this.#options = options;
  }

  /**
   * Sends a change of the agent's state and waits for its outcome: the user afterwards.
   * @throws {ActionError}
   */
  perform(change: UserChange, signal?: AbortSignal): Promise<User> {
    const requestId = newRequestId(() => this.#options.platform.random());
    const rest = this.#options.rest();
    if (signal?.aborted)
      return Promise.reject(failure('aborted', 'before it was sent', requestId, 'not-applied'));
    if (rest === null) {
      return Promise.reject(
        failure('not-in-service', 'no node is in service; nothing was sent', requestId, 'not-applied'),
      );
    }
    return new Promise((resolve, reject) => {
      const { platform, timeoutMs } = this.#options;
      const sending = new AbortController();
      const onAbort = () => {
        sending.abort();
        action.settle({
          error: failure('aborted', 'by the application; it may have been sent', requestId, 'unknown'),
        });
      };
      const action: PendingAction = {
        requestId,
        change,
        before: this.#options.user(),
        interruption: null,
        accepted: false,
        deadline: platform.setTimer(timeoutMs, () => this.#giveUp(action)),
        look: null,
        settle: (outcome) => {
          if (!this.#pending.delete(action)) return;
          if (action.deadline !== null) platform.clearTimer(action.deadline);
          if (action.look !== null) platform.clearTimer(action.look);
          signal?.removeEventListener('abort', onAbort);
          if ('user' in outcome) resolve(outcome.user);
          else {
            sending.abort();
            reject(outcome.error);
          }
        },
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#pending.add(action);
      rest.changeUser(change, requestId, { timeoutMs, signal: sending.signal }).then(
        () => {
          action.accepted = true;
          this.#lookLater(action);
        },
        (error: unknown) => this.#onSendFailed(action, error),
      );
    });
  }

  /** A notification was taken in: it may be the outcome of an action. */
  onTaken({ update }: NotificationItem): void {
    const action = this.#actionOf(update.requestId, update.data.kind === 'apiErrors');
    if (update.data.kind === 'apiErrors') {
      action?.settle({ error: refused(action, update.data.errors) });
    } else if (update.data.kind === 'user') {
      const { user } = update.data;
      action?.settle({ user });
      if (update.requestId === '') this.#settleSatisfied(user);
    }
  }

  /** A failure came between the pending actions and their outcomes. */
  onInterrupted(detail: string): void {
    for (const action of this.#pending) action.interruption ??= detail;
  }

  /** The fetch of a recovery shows how things stand: what was interrupted is told as far as that shows it. */
  onResynced(): void {
    for (const action of [...this.#pending]) {
      if (action.interruption !== null)
        action.settle({ error: this.#interrupted(action, action.interruption) });
    }
  }

  /** Nothing more will come: the client was closed or has ended. */
  onClosed(detail: string): void {
    for (const action of [...this.#pending]) {
      action.settle({ error: failure('interrupted', detail, action.requestId, 'unknown') });
    }
  }

  /** The action that carries this requestId; an error without one can only be meant for the single action there is. */
  #actionOf(requestId: string, isError: boolean): PendingAction | undefined {
    const actions = [...this.#pending];
    if (requestId === '' && isError && actions.length === 1) return actions[0];
    return actions.find((action) => action.requestId === requestId);
  }

  #settleSatisfied(user: User): void {
    for (const action of [...this.#pending]) {
      if (action.accepted && action.interruption === null && satisfies(user, action.change)) {
        action.settle({ user });
      }
    }
  }

  #onSendFailed(action: PendingAction, error: unknown): void {
    if (!(error instanceof RestError)) action.settle({ error });
    else if (error.kind === 'http') {
      action.settle({ error: refused(action, error.apiErrors, error) });
    } else if (error.unsent) {
      action.settle({
        error: failure(
          'interrupted',
          `it could not be sent: ${error.message}`,
          action.requestId,
          'not-applied',
        ),
      });
    } else {
      // It may have arrived all the same: the outcome, or the fetch after a recovery, may still tell.
      action.interruption ??= error.message;
    }
  }

  #lookLater(action: PendingAction): void {
    if (!this.#pending.has(action)) return;
    action.look = this.#options.platform.setTimer(lookAfterMs, () => {
      action.look = null;
      if (action.interruption !== null) return;
      this.#options.refresh().then(
        () => {
          const user = this.#options.user();
          if (user !== null && action.interruption === null && satisfies(user, action.change)) {
            action.settle({ user });
          } else this.#lookLater(action);
        },
        () => this.#lookLater(action),
      );
    });
  }

  #giveUp(action: PendingAction): void {
    action.deadline = null;
    const { interruption, requestId } = action;
    if (interruption === null) {
      const after = `no outcome within ${this.#options.timeoutMs} ms`;
      action.settle({ error: failure('timeout', after, requestId, 'unknown') });
    } else action.settle({ error: failure('interrupted', interruption, requestId, 'unknown') });
  }

  #interrupted(action: PendingAction, detail: string): ActionError {
    return failure('interrupted', detail, action.requestId, outcomeOf(action, this.#options.user()));
  }
}

/** What the user after a failure tells of an action sent before it. */
function outcomeOf({ change, before }: PendingAction, user: User | null): ActionOutcome {
  if (user === null || before === null) return 'unknown';
  const unchanged = user.state === before.state && user.stateChangeTime === before.stateChangeTime;
  if (satisfies(user, change) && !(unchanged && satisfies(before, change))) return 'applied';
  // A user untouched since before the action has not been touched by it either.
  return unchanged && !satisfies(before, change) ? 'not-applied' : 'unknown';
}

/** Whether a user is in the state that an action wanted, or is going to be as soon as its call ends. */
function satisfies(user: User, { state, extension, reasonCodeId }: UserChange): boolean {
  if (state === 'LOGIN') {
    return user.state !== 'LOGOUT' && (extension === undefined || user.extension === extension);
  }
  if (user.pendingState === state) return true;
  return user.state === state && (reasonCodeId === undefined || user.reasonCodeId === reasonCodeId);
}

function refused(action: PendingAction, apiErrors: ApiErrors | undefined, error?: RestError): ActionError {
  const said = error === undefined ? sentence(apiErrors) : `: ${error.message}`;
  return new ActionError('refused', `${action.change.state} was refused${said}`, {
    requestId: action.requestId,
    outcome: 'not-applied',
    apiErrors,
    httpStatus: error?.status,
  });
}

const introduction: Readonly<Record<Exclude<ActionErrorKind, 'refused'>, string>> = {
  interrupted: 'a failure came between',
  timeout: 'its outcome did not come',
  'not-in-service': 'not in service',
  aborted: 'aborted',
};

const outcomeSentence: Readonly<Record<ActionOutcome, string>> = {
  applied: 'it was applied all the same',
  'not-applied': 'it was not applied',
  unknown: 'whether it was applied is not known',
};

function failure(
  kind: Exclude<ActionErrorKind, 'refused'>,
  detail: string,
  requestId: string,
  outcome: ActionOutcome,
): ActionError {
  const message = `${introduction[kind]} (${detail}); ${outcomeSentence[outcome]}`;
  return new ActionError(kind, message, { requestId, outcome });
}

/** 128 random bits in hexadecimal, from the platform's randomness so that a simulation repeats itself. */
/** An id that no other request has. @param random from 0 to 1, without 1 */
export function newRequestId(random: () => number): string {
  return Array.from({ length: 4 }, () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, '0'),
  ).join('');
}
