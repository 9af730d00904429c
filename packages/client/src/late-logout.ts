import type { NodeId } from '@finesse-ha/failover';
import type { User } from '@finesse-ha/protocol';

/**
 * Codes of a logout or not-ready that the server side forced because it missed the agent's presence: 255 is what
 * Finesse sends (dev guide, desktop presence and forced logout), 50002 what Unified CCE makes of it.
 */
const forcedCodes: readonly string[] = ['255', '50002'];

/** Repairs after one move; beyond that something else logs the agent out, and repairing would be a tug of war. */
const maxRepairs = 2;

/** A reason that this client itself asked for: an id of the deployment's own may happen to be one of the codes. */
export interface Asked {
  state: string;
  reasonCodeId: string | undefined;
}

/** Recognises a forced logout by the node that was left, and says what a repair would have to do. */
export class LateLogoutWatch {
  readonly #windowMs: number;
  #move: { leftNode: NodeId; at: number; repairs: number } | null = null;
  #asked: Asked | null = null;
  #readyChosen = false;

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  ask(asked: Asked): void {
    this.#asked = asked;
  }

  /** An action of this client succeeded: READY is restored only if it was what the agent chose last, and chose here. */
  choose(state: string): void {
    this.#readyChosen = state === 'READY';
  }

  moved(leftNode: NodeId, at: number): void {
    this.#move = { leftNode, at, repairs: 0 };
  }

  /**
   * The node whose late doing this change of the user is, or null if it is none: the agent was signed in and now is
   * logged out, or not ready, by a code of forced logout, within the window after a move.
   */
  recognise(previous: User | null, current: User, at: number): NodeId | null {
    if (!this.#isForced(current)) {
      // A supervisor, or a call that was not answered, moved the agent: that stands.
      if (current.state === 'NOT_READY' || current.state === 'LOGOUT') this.#readyChosen = false;
      return null;
    }
    const move = this.#move;
    if (move === null || at - move.at > this.#windowMs) return null;
    return previous === null || previous.state === 'LOGOUT' ? null : move.leftNode;
  }

  /** What a repair has to do now; null when there is nothing to repair or this move has been repaired often enough. */
  repair(current: User): { signIn: boolean; ready: boolean } | null {
    const signIn = current.state === 'LOGOUT';
    if (this.#move === null || this.#move.repairs >= maxRepairs || !(signIn || this.#readyChosen))
      return null;
    this.#move.repairs += 1;
    return { signIn, ready: this.#readyChosen };
  }

  #isForced({ state, reasonCodeId, reasonCode }: User): boolean {
    if (state !== 'LOGOUT' && state !== 'NOT_READY') return false;
    if (this.#asked?.state === state && this.#asked.reasonCodeId === reasonCodeId) return false;
    // The code counts; the id stands in where the server has no code to go with it.
    const code = reasonCode?.code ?? reasonCodeId;
    return code !== undefined && forcedCodes.includes(code);
  }
}
