/** All that concerns calls: what CTI tells of them, every agent's dialogs, and what users do with them. */
import {
  CallTracker,
  type CtiMessage,
  CtiRequestError,
  type CtiSession,
  type TrackedCall,
  type TrackedParty,
} from '@finesse-ha/cti';
import { type Dialog, type Element, formatNotificationItem, userDialogsNode } from '@finesse-ha/protocol';
import type { Agents } from '../agents.js';
import type { NodeConfig } from '../config.js';
import { type CtiFailure, describeCallFailure } from '../cti-failures.js';
import { allowedActions, type DialogAction } from './allowed-actions.js';
import { CallActions } from './call-actions.js';
import type { CallTask } from './call-tasks.js';
import { DialogBook } from './dialog-book.js';
import { dialogOf, dialogUri } from './dialog-view.js';

/** What calls need of the rest of the web app. */
export interface CallsPorts {
  readonly config: NodeConfig;
  readonly agents: Agents;
  readonly session: CtiSession;
  /** False while the node is out of service. */
  canTell(): boolean;
  publish(node: string, payload: () => Element): void;
  /** A request failed, for the log. */
  onFailure(agentId: string, requestId: string, failure: CtiFailure): void;
}

/** The calls of the deployment's agents. */
export class Calls {
  readonly #ports: CallsPorts;
  readonly #tracker = new CallTracker();
  readonly #book: DialogBook;
  readonly #actions: CallActions;
  readonly #queueNames: ReadonlyMap<string, string>;
  #hasServed = false;

  constructor(ports: CallsPorts) {
    this.#ports = ports;
    const { agents, session, config } = ports;
    this.#queueNames = new Map(config.queues.map(({ id, name }) => [id, name]));
    this.#book = new DialogBook({
      calls: this.#tracker.calls,
      canTell: () => ports.canTell(),
      extensionOf: (agentId) => agents.get(agentId)?.status.extension ?? '',
      agentAt,
      dialogOf: (call) => this.dialogOf(call),
      requestIdOf: (agentId, told) => this.#actions.requestOf(agentId, told),
      publish: (node, payload) => ports.publish(node, payload),
    });
    this.#actions = new CallActions({
      perUser: config.limits.perUser,
      control: { session, callsAt: (extension) => this.#book.callsAt(extension), agentAt },
      tellAgain: (agentId, callId, requestId) => this.#book.tellAgain(agentId, callId, requestId),
      publishFailure: (agentId, callId, requestId, failure) =>
        this.#publishFailure(agentId, callId, requestId, failure),
      toFailure: describeCallFailure,
    });
    function agentAt(extension: string): string | undefined {
      return agents.at(extension)?.who.id;
    }
  }

  /** The call with this id, while it goes on. */
  call(callId: number): TrackedCall | undefined {
    return this.#tracker.calls.get(callId);
  }

  /** The agent's calls, oldest first. */
  callsOf(agentId: string): readonly TrackedCall[] {
    return this.#book.callsOf(agentId);
  }

  /** The representation of a call. */
  dialogOf(call: TrackedCall): Dialog {
    return dialogOf(call, {
      isAgentDevice: (extension) => this.#ports.agents.at(extension) !== undefined,
      queueName: (id) => this.#queueNames.get(id) ?? '',
      actionsOf: (of, party) => this.#actionsOf(of, party),
    });
  }

  /** Accepts a task; false when too many of that user wait. */
  submit(agentId: string, task: CallTask, requestId: string): boolean {
    return this.#actions.submit(agentId, task, requestId);
  }

  /** Takes in a message of CTI. */
  receive(message: CtiMessage): void {
    this.#book.callsChanged(this.#tracker.apply(message));
  }

  /** The CTI session is lost: what happens from now on is not told. */
  lost(): void {
    this.#tracker.gap();
  }

  /**
   * Finds the calls of all signed-in agents again, after a CTI session has opened and the agents have been asked for.
   * Rejects with a CtiRequestError when the session is lost meanwhile, or does not answer in time.
   */
  async restore(): Promise<void> {
    const { agents, session } = this.#ports;
    const extensions = agents
      .all()
      .flatMap(({ status }) => (status.extension === '' ? [] : status.extension));
    const asked = new Set<number>();
    await inParallel(extensions, async (extension) => {
      for (const callId of (await unlessRefused(session.snapshotDevice(extension))) ?? []) {
        if (asked.has(callId)) continue;
        asked.add(callId);
        await this.#restoreCall(callId);
      }
    });
    this.#book.callsChanged(this.#tracker.endUnconfirmed());
  }

  async #restoreCall(callId: number): Promise<void> {
    for (;;) {
      const revision = this.#tracker.revision(callId);
      const snapshot = await unlessRefused(this.#ports.session.snapshotCall(callId));
      // Refused: the call has ended since.
      if (snapshot === undefined) return;
      // What happened on the way is newer than the answer, or is in it: there is no telling.
      if (this.#tracker.revision(callId) !== revision) continue;
      this.#book.callsChanged(this.#tracker.restore(callId, snapshot));
      return;
    }
  }

  /** The agent signed in or out, or at another extension. */
  agentChanged(agentId: string): void {
    this.#book.agentChanged(agentId);
  }

  /** The node is in service: what is, is told to those who do not know it. */
  inService(): void {
    const agentIds = this.#ports.agents.all().map(({ who }) => who.id);
    // Who comes to a node that was never in service asks for everything (GET after subscribing).
    if (this.#hasServed) this.#book.tellAll(agentIds);
    else this.#book.adopt(agentIds);
    this.#hasServed = true;
  }

  #actionsOf(call: TrackedCall, party: TrackedParty): DialogAction[] {
    const { agents, config } = this.#ports;
    const agent = agents.at(party.extension);
    return allowedActions(call, party, {
      otherCalls: this.#book.callsAt(party.extension).filter(({ callId }) => callId !== call.callId),
      supervisor: agent?.who.roles.includes('Supervisor') === true,
      deploymentType: config.deploymentType,
    });
  }

  #publishFailure(agentId: string, callId: number | undefined, requestId: string, failure: CtiFailure): void {
    this.#ports.onFailure(agentId, requestId, failure);
    const node = userDialogsNode(agentId);
    const error = { errorType: failure.type, errorData: failure.data, errorMessage: failure.message };
    const data = { kind: 'apiErrors', errors: { errors: [error] } } as const;
    const source = callId === undefined ? node : dialogUri(callId);
    this.#ports.publish(node, () => formatNotificationItem({ event: 'PUT', source, requestId, data }));
  }
}

/** Queries that may be unanswered: enough to fill the round trip, too few to flood a CTI server. */
const CONCURRENT_QUERIES = 16;

/** The answer, or undefined when CTI refused. */
async function unlessRefused<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof CtiRequestError && error.kind === 'control-failure') return undefined;
    throw error;
  }
}

async function inParallel<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const next = items.values();
  const worker = async () => {
    for (const item of next) await work(item);
  };
  await Promise.all(Array.from({ length: CONCURRENT_QUERIES }, worker));
}
