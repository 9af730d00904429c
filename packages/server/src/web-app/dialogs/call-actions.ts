/**
 * What users do with calls, carried out over CTI: accepted at once, done one after another per user, the outcome told by a
 * notification on the user's Dialogs node that carries the caller's requestId (dev guide 12.5 p.22, p.84).
 */
import { onBehalfOf } from '../correlation.js';
import type { CtiFailure } from '../cti-failures.js';
import { UserQueue } from '../user-queue.js';
import { within } from '../within.js';
import { type CallControl, type CallTask, isOutcome, performCallTask } from './call-tasks.js';
import type { ToldDialog } from './dialog-book.js';

/** What carrying out needs of the rest of the web app. */
export interface CallActionPorts {
  readonly perUser: number;
  readonly control: CallControl;
  /** Tells the present state of a dialog as the outcome of a request. */
  tellAgain(agentId: string, callId: number, requestId: string): void;
  /** Publishes that a request failed. `callId`: the dialog that it was about, if there was one. */
  publishFailure(agentId: string, callId: number | undefined, requestId: string, failure: CtiFailure): void;
  /** Makes a CtiFailure of whatever CTI rejected with. */
  toFailure(error: unknown): CtiFailure;
}

/** After CTI's confirmation, how long its event may take until the present state is told as the outcome. */
const EVENT_GRACE_MS = 1_000;

interface Performing {
  readonly task: CallTask;
  readonly requestId: string;
  readonly shown: Promise<void>;
  show: () => void;
  isShown: boolean;
}

/** Carries out what users do with calls. */
export class CallActions {
  readonly #ports: CallActionPorts;
  readonly #queue: UserQueue;
  readonly #performing = new Map<string, Performing>();

  constructor(ports: CallActionPorts) {
    this.#ports = ports;
    this.#queue = new UserQueue(ports.perUser);
  }

  /**
   * Accepts a task.
   * @param requestId of the caller, empty when it gave none
   * @returns false when too many of the user's tasks wait already
   */
  submit(agentId: string, task: CallTask, requestId: string): boolean {
    return this.#queue.add(agentId, () => this.#perform(agentId, task, requestId));
  }

  /** The requestId of the request that a notification is the outcome of, empty when nobody asked for it. */
  requestOf(agentId: string, told: ToldDialog): string {
    const performing = this.#performing.get(agentId);
    if (performing === undefined || performing.isShown || !isOutcome(performing.task, told)) return '';
    performing.isShown = true;
    performing.show();
    return performing.requestId;
  }

  async #perform(agentId: string, task: CallTask, requestId: string): Promise<void> {
    const performing = begin(task, requestId);
    this.#performing.set(agentId, performing);
    const callId = 'callId' in task ? task.callId : undefined;
    try {
      await onBehalfOf(requestId, () => performCallTask(this.#ports.control, task));
      const visible = task.action !== 'SEND_DTMF';
      if (visible) await within(performing.shown, EVENT_GRACE_MS);
      // No event: nothing changed. The caller still is owed an outcome.
      if (!performing.isShown && callId !== undefined) this.#ports.tellAgain(agentId, callId, requestId);
    } catch (error) {
      // Once its outcome was shown the request has succeeded, whatever came after.
      if (performing.isShown) return;
      this.#ports.publishFailure(agentId, callId, requestId, this.#ports.toFailure(error));
    } finally {
      this.#performing.delete(agentId);
    }
  }
}

function begin(task: CallTask, requestId: string): Performing {
  let show: () => void = () => undefined;
  const shown = new Promise<void>((resolve) => {
    show = resolve;
  });
  return { task, requestId, shown, show, isShown: false };
}
