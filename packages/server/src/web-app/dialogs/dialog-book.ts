/**
 * Every agent's list of dialogs, and what was told of it. Changes are found by comparing what is with what was told last, so
 * that a gap (CTI lost, then calls found again by snapshots) is closed by exactly the notifications that it swallowed.
 */

import type { CallChange, TrackedCall, TrackedParty } from '@finesse-ha/cti';
import { type Dialog, type Element, formatNotificationItem, userDialogsNode } from '@finesse-ha/protocol';
import { partyAt } from './allowed-actions.js';
import { dialogUri } from './dialog-view.js';

/** One thing told to an agent. `party` is the agent's own, absent when the call is gone without a word. */
export interface ToldDialog {
  readonly event: 'POST' | 'PUT' | 'DELETE';
  readonly callId: number;
  readonly call: TrackedCall | undefined;
  readonly party: TrackedParty | undefined;
}

/** What the book needs of the rest of the web app. */
export interface DialogBookPorts {
  /** All calls that go on. */
  readonly calls: ReadonlyMap<number, TrackedCall>;
  /** False while the node is out of service: nothing is told then, and the difference is told afterwards. */
  canTell(): boolean;
  /** The extension that the agent is signed in at, empty when signed out. */
  extensionOf(agentId: string): string;
  /** The agent who is signed in at the extension. */
  agentAt(extension: string): string | undefined;
  /** The representation of a call. */
  dialogOf(call: TrackedCall): Dialog;
  /** The requestId of the request that this is the outcome of, empty when nobody asked. */
  requestIdOf(agentId: string, told: ToldDialog): string;
  publish(node: string, payload: () => Element): void;
}

interface Told {
  readonly dialog: Dialog;
  readonly text: string;
}

/** The lists of all agents. */
export class DialogBook {
  readonly #ports: DialogBookPorts;
  readonly #told = new Map<string, Map<number, Told>>();
  /** Calls by the extensions that take part, so that an event need not look at all calls. */
  readonly #callsAt = new Map<string, Set<number>>();

  constructor(ports: DialogBookPorts) {
    this.#ports = ports;
  }

  /** The agent's calls, oldest first. */
  callsOf(agentId: string): TrackedCall[] {
    const extension = this.#ports.extensionOf(agentId);
    return extension === '' ? [] : this.callsAt(extension).filter((call) => takesPart(call, extension));
  }

  /** Calls that the extension takes or took part in, oldest first. */
  callsAt(extension: string): TrackedCall[] {
    const ids = [...(this.#callsAt.get(extension) ?? [])];
    const calls = ids.flatMap((id) => this.#ports.calls.get(id) ?? []);
    return calls.toSorted((a, b) => a.startedAt - b.startedAt || a.callId - b.callId);
  }

  /** Takes in what CTI told, and tells those whom it concerns. */
  callsChanged(changes: readonly CallChange[]): void {
    const touched = new Set<string>();
    const ended = new Map<number, TrackedCall>();
    for (const change of changes) {
      this.#index(change);
      if (change.type === 'ended') ended.set(change.call.callId, change.call);
      for (const { extension } of [...change.call.parties, ...(change.previous?.parties ?? [])]) {
        touched.add(extension);
      }
    }
    for (const agentId of this.#concerned(touched)) this.#tell(agentId, ended);
  }

  /** The agent signed in or out, or at another extension. */
  agentChanged(agentId: string): void {
    this.#tell(agentId, new Map());
  }

  /** Tells everybody what they have not been told. */
  tellAll(agentIds: Iterable<string>): void {
    for (const agentId of agentIds) this.#tell(agentId, new Map());
  }

  /** Takes the present as told: nobody has asked this process for anything yet. */
  adopt(agentIds: Iterable<string>): void {
    for (const agentId of agentIds) {
      const told = new Map<number, Told>();
      for (const call of this.callsOf(agentId)) told.set(call.callId, this.#render(call));
      this.#keep(agentId, told);
    }
  }

  /** Tells the present state of a dialog as the outcome of a request that changed nothing visible. */
  tellAgain(agentId: string, callId: number, requestId: string): void {
    const told = this.#told.get(agentId)?.get(callId);
    if (told !== undefined && this.#ports.canTell()) this.#publishOne(agentId, told.dialog, requestId);
  }

  #tell(agentId: string, ended: ReadonlyMap<number, TrackedCall>): void {
    if (!this.#ports.canTell()) return;
    const before = this.#told.get(agentId) ?? new Map<number, Told>();
    const after = new Map<number, Told>();
    const calls = this.callsOf(agentId);
    const extension = this.#ports.extensionOf(agentId);
    for (const call of calls) after.set(call.callId, this.#render(call));
    this.#keep(agentId, after);
    // First what has ended: a client that shows one call at a time is never shown two.
    for (const [callId, told] of before) {
      if (!after.has(callId)) this.#tellGone(agentId, extension, callId, told, ended.get(callId));
    }
    for (const call of calls) {
      const told = before.get(call.callId);
      const { dialog, text } = after.get(call.callId)!;
      if (told?.text === text) continue;
      const event = told === undefined ? 'POST' : 'PUT';
      const party = partyAt(call, extension);
      const requestId = this.#ports.requestIdOf(agentId, { event, callId: call.callId, call, party });
      if (event === 'POST') this.#publishList(agentId, event, dialog, requestId);
      else this.#publishOne(agentId, dialog, requestId);
    }
  }

  /** First how it ended, then that it is gone (dev guide 12.5 p.127-128: PUT with DROPPED, then DELETE). */
  #tellGone(
    agentId: string,
    extension: string,
    callId: number,
    told: Told,
    ended: TrackedCall | undefined,
  ): void {
    const call = ended ?? this.#ports.calls.get(callId);
    const party = call === undefined ? undefined : partyAt(call, extension);
    const last = call === undefined ? { dialog: droppedDialog(told.dialog), text: '' } : this.#render(call);
    const requestId = this.#ports.requestIdOf(agentId, { event: 'DELETE', callId, call, party });
    if (last.text !== told.text) this.#publishOne(agentId, last.dialog, requestId);
    this.#publishList(agentId, 'DELETE', last.dialog, requestId);
  }

  /** Who sees the extensions: what one of them may do in one call depends on its other calls. */
  #concerned(extensions: ReadonlySet<string>): Set<string> {
    const agentIds = new Set<string>();
    const add = (extension: string) => {
      const agentId = this.#ports.agentAt(extension);
      if (agentId !== undefined) agentIds.add(agentId);
    };
    for (const extension of extensions) {
      add(extension);
      for (const call of this.callsAt(extension)) for (const party of call.parties) add(party.extension);
    }
    return agentIds;
  }

  #render(call: TrackedCall): Told {
    const dialog = this.#ports.dialogOf(call);
    return { dialog, text: JSON.stringify(dialog) };
  }

  #keep(agentId: string, told: Map<number, Told>): void {
    if (told.size === 0) this.#told.delete(agentId);
    else this.#told.set(agentId, told);
  }

  #index({ type, call, previous }: CallChange): void {
    for (const { extension } of previous?.parties ?? []) this.#unindex(extension, call.callId);
    for (const { extension } of call.parties) {
      if (type === 'ended') {
        this.#unindex(extension, call.callId);
        continue;
      }
      const ids = this.#callsAt.get(extension) ?? new Set();
      this.#callsAt.set(extension, ids.add(call.callId));
    }
  }

  #unindex(extension: string, callId: number): void {
    const ids = this.#callsAt.get(extension);
    ids?.delete(callId);
    if (ids?.size === 0) this.#callsAt.delete(extension);
  }

  /** A dialog was added to the agent's list, or removed from it (dev guide 12.5 p.355). */
  #publishList(agentId: string, event: 'POST' | 'DELETE', dialog: Dialog, requestId: string): void {
    const node = userDialogsNode(agentId);
    const data = { kind: 'dialogs', dialogs: [dialog] } as const;
    this.#ports.publish(node, () => formatNotificationItem({ event, source: node, requestId, data }));
  }

  /** A dialog of the agent's changed. */
  #publishOne(agentId: string, dialog: Dialog, requestId: string): void {
    const data = { kind: 'dialog', dialog } as const;
    const source = dialogUri(Number(dialog.id));
    this.#ports.publish(userDialogsNode(agentId), () =>
      formatNotificationItem({ event: 'PUT', source, requestId, data }),
    );
  }
}

function takesPart(call: TrackedCall, extension: string): boolean {
  const party = partyAt(call, extension);
  return party !== undefined && party.state !== 'DROPPED';
}

/** A call that ended where nobody saw it. */
function droppedDialog(dialog: Dialog): Dialog {
  const participants = dialog.participants.map((one) => ({ ...one, state: 'DROPPED', actions: [] }));
  return { ...dialog, state: 'DROPPED', participants };
}
