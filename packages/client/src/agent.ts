import type { NodeId } from '@finesse-ha/failover';
import type { User } from '@finesse-ha/protocol';
import type { ActionDesk } from './actions.js';
import { OptionError } from './errors.js';
import type { ClientEvent, LoggedOutLate } from './events.js';
import { LateLogoutWatch } from './late-logout.js';
import type { UserChange } from './rest.js';

/** A signal that stops waiting for an action's outcome; the action itself may already be on its way. */
export interface ActionOptions {
  signal?: AbortSignal | undefined;
}

export interface SignInOptions extends ActionOptions {
  /** The agent's telephone; default: the client's option `extension`. */
  extension?: string | undefined;
}

export interface StateOptions extends ActionOptions {
  /** The id (not the code) of a reason code configured in Finesse. */
  reasonCodeId?: string | undefined;
}

export interface AgentOptions {
  extension: string | undefined;
  onLoggedOut: 'report' | 'repair';
  lateLogoutWindowMs: number;
  emit(event: ClientEvent): void;
  now(): number;
}

/** What the agent does through this client, and what is done to the agent by a node that was left. */
export class Agent {
  readonly #desk: ActionDesk;
  readonly #options: AgentOptions;
  readonly #watch: LateLogoutWatch;
  /** The telephone of the last sign-in: a repair signs in to the same. */
  #extension: string | undefined;
  /** A forced logout that was recognised before the client was in service again. */
  #toHandle: { leftNode: NodeId; user: User } | null = null;

  constructor(desk: ActionDesk, options: AgentOptions) {
    this.#desk = desk;
    this.#options = options;
    this.#watch = new LateLogoutWatch(options.lateLogoutWindowMs);
    this.#extension = options.extension;
  }

  async signIn({ extension = this.#options.extension, signal }: SignInOptions): Promise<User> {
    if (extension === undefined) throw new OptionError('extension', 'is needed for signing in');
    const user = await this.#perform({ state: 'LOGIN', extension }, signal);
    this.#extension = extension;
    return user;
  }

  setState(state: 'READY' | 'NOT_READY', { reasonCodeId, signal }: StateOptions): Promise<User> {
    return this.#perform({ state, reasonCodeId }, signal);
  }

  signOut({ reasonCodeId, signal }: StateOptions): Promise<User> {
    return this.#perform({ state: 'LOGOUT', reasonCodeId }, signal);
  }

  /** The client is about to be in service on another node than before. */
  moved(leftNode: NodeId): void {
    this.#watch.moved(leftNode, this.#options.now());
  }

  /** The user changed: is it a late doing of the node that was left? */
  onUser(previous: User | null, current: User): void {
    const leftNode = this.#watch.recognise(previous, current, this.#options.now());
    this.#toHandle = leftNode === null ? null : { leftNode, user: current };
  }

  /** In service, and everything is told: a forced logout that showed may be acted on. */
  settle(): void {
    const handled = this.#toHandle;
    if (handled === null) return;
    this.#toHandle = null;
    const tell = (outcome: LoggedOutLate['outcome'], error: Error | null = null) => {
      this.#options.emit({ type: 'logged-out-late', outcome, ...handled, error });
    };
    const repair = this.#options.onLoggedOut === 'repair' ? this.#watch.repair(handled.user) : null;
    if (repair === null) {
      tell('reported');
      return;
    }
    tell('repairing');
    this.#repair(repair, handled.user).then(
      () => tell('repaired'),
      (error: unknown) => tell('repair-failed', error instanceof Error ? error : new Error(String(error))),
    );
  }

  async #repair({ signIn, ready }: { signIn: boolean; ready: boolean }, user: User): Promise<void> {
    if (signIn) await this.signIn({ extension: this.#extension ?? user.extension });
    if (ready) await this.setState('READY', {});
  }

  async #perform(change: UserChange, signal: AbortSignal | undefined): Promise<User> {
    this.#watch.ask({ state: change.state, reasonCodeId: change.reasonCodeId });
    const user = await this.#desk.perform(change, signal);
    this.#watch.choose(change.state);
    return user;
  }
}
