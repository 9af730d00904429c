/**
 * What users do through the API, carried out over CTI: accepted at once, done one after another per user, the outcome told
 * by a notification that carries the caller's requestId.
 */
import type { AgentStatus, Agents } from './agents.js';
import { onBehalfOf } from './correlation.js';
import type { CtiFailure } from './cti-failures.js';
import { UserQueue } from './user-queue.js';
import { within } from './within.js';

/** One thing that a user does. */
export type UserAction =
  | { readonly kind: 'login'; readonly extension: string; readonly password: string }
  | {
      readonly kind: 'change';
      readonly state: 'READY' | 'NOT_READY' | 'LOGOUT';
      readonly reasonCode: number | undefined;
      /** By the server itself or by a supervisor: CTI is not to mind the state that the agent is in. */
      readonly forced: boolean;
    };

/** What carrying out needs of the rest of the web app. */
export interface UserActionPorts {
  readonly perUser: number;
  readonly agents: Agents;
  /** Settles when CTI confirmed it; rejects with a CtiFailure. */
  perform(agentId: string, action: UserAction): Promise<void>;
  /** Publishes the agent's state as the outcome of a request. */
  publishUser(agentId: string, requestId: string): void;
  /** Publishes that a request failed. */
  publishFailure(agentId: string, requestId: string, failure: CtiFailure): void;
  /** Makes a CtiFailure of whatever `perform` rejected with. */
  toFailure(error: unknown): CtiFailure;
}

/** After CTI's confirmation, how long its event may take until the present state is published as the outcome. */
const EVENT_GRACE_MS = 1_000;

interface Performing {
  readonly requestId: string;
  readonly outcome: (status: AgentStatus) => boolean;
  /** The event that shows the outcome has come. */
  readonly shown: Promise<void>;
  show: () => void;
  isShown: boolean;
}

/** Carries out users' actions. */
export class UserActions {
  readonly #ports: UserActionPorts;
  readonly #queue: UserQueue;
  readonly #performing = new Map<string, Performing>();

  constructor(ports: UserActionPorts) {
    this.#ports = ports;
    this.#queue = new UserQueue(ports.perUser);
  }

  /**
   * Accepts an action.
   * @param requestId of the caller, empty when it gave none
   * @returns false when too many of the user's actions wait already
   */
  submit(agentId: string, action: UserAction, requestId: string): boolean {
    return this.#queue.add(agentId, () => this.#perform(agentId, action, requestId));
  }

  /**
   * Tells which request a change of state that CTI reported is the outcome of.
   * @returns its requestId, empty when the change was not asked for here
   */
  requestOf(agentId: string, status: AgentStatus): string {
    const performing = this.#performing.get(agentId);
    if (performing === undefined || performing.isShown || !performing.outcome(status)) return '';
    performing.isShown = true;
    performing.show();
    return performing.requestId;
  }

  async #perform(agentId: string, action: UserAction, requestId: string): Promise<void> {
    const { agents } = this.#ports;
    if (action.kind === 'login' && agents.get(agentId)?.status.extension === action.extension) {
      // A sign-in of someone who is signed in there keeps the present state (dev guide 12.5 p.29).
      if (agents.isSignedIn(agentId)) return this.#ports.publishUser(agentId, requestId);
    }
    const performing = begin(action, requestId);
    const before = agents.get(agentId)?.status;
    const nothingToChange =
      action.kind === 'change' &&
      before?.state === action.state &&
      (before.reasonCode ?? 0) === (action.reasonCode ?? 0);
    this.#performing.set(agentId, performing);
    try {
      await onBehalfOf(requestId, () => this.#ports.perform(agentId, action));
      if (!nothingToChange) await within(performing.shown, EVENT_GRACE_MS);
      // No event: nothing changed, or it takes effect later. The caller still is owed an outcome.
      if (!performing.isShown) this.#ports.publishUser(agentId, requestId);
    } catch (error) {
      // Once its outcome was shown the request has succeeded, whatever came after.
      if (!performing.isShown) this.#ports.publishFailure(agentId, requestId, this.#ports.toFailure(error));
    } finally {
      this.#performing.delete(agentId);
    }
  }
}

function begin(action: UserAction, requestId: string): Performing {
  let show: () => void = () => undefined;
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  const outcome = ({ state, pendingState }: AgentStatus) =>
    action.kind === 'login'
      ? state !== 'LOGOUT' && state !== 'UNKNOWN'
      : state === action.state || pendingState === action.state;
  return { requestId, outcome, shown, show, isShown: false };
}
