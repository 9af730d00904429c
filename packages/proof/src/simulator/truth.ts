import type { Dialog, User } from '@finesse-ha/protocol';

/** Virtual time 0 as epoch milliseconds. */
export const epochMs = Date.UTC(2026, 10, 23, 8);

/** A change of one agent as CTI tells it. */
export type CtiEvent =
  | { kind: 'user'; agent: string; user: User; requestId: string }
  | { kind: 'dialog'; agent: string; dialog: Dialog; change: 'POST' | 'PUT' | 'DELETE' };

/** An agent as CTI knows it: replaced at each change, never changed. */
export interface AgentTruth {
  readonly user: User;
  readonly dialogs: readonly Dialog[];
}

/**
 * What is the case: the agents' states and calls. Both CTI sides hold it, so it outlives either. Every change is
 * numbered in what it writes, so that whoever is told can say whether it was told all of them.
 */
export class Truth {
  readonly #agents = new Map<string, AgentTruth>();
  readonly #now: () => number;
  readonly #told = new Set<(event: CtiEvent) => void>();
  readonly #userVersions = new Map<string, Map<string, number>>();
  readonly #calls = new Map<string, number>();
  /** When each version of a user and each change of a call came about: `agent/what` to virtual time. */
  readonly changedAt = new Map<string, number>();
  #lastStamp = 0;

  constructor(now: () => number, agents: readonly string[]) {
    this.#now = now;
    for (const agent of agents) this.#setUser(agent, { state: 'LOGOUT' });
  }

  get agents(): readonly string[] {
    return [...this.#agents.keys()];
  }

  agent(id: string): AgentTruth {
    const agent = this.#agents.get(id);
    if (agent === undefined) throw new RangeError(`there is no agent ${id}`);
    return agent;
  }

  /** Tells of every change from now on, until the function returned is called. */
  watch(listener: (event: CtiEvent) => void): () => void {
    this.#told.add(listener);
    return () => this.#told.delete(listener);
  }

  /** Which change of the user wrote this time: 0 for the first; undefined for a time that nobody wrote. */
  userVersion(agent: string, stateChangeTime: string): number | undefined {
    return this.#userVersions.get(agent)?.get(stateChangeTime);
  }

  setState(agent: string, change: Pick<User, 'state'> & Partial<User>, requestId = ''): void {
    this.#tell({ kind: 'user', agent, user: this.#setUser(agent, change), requestId });
  }

  startCall(agent: string): void {
    const number = (this.#calls.get(agent) ?? 0) + 1;
    this.#calls.set(agent, number);
    this.#setDialog(agent, dialogOf(agent, number, 0, 'ALERTING'), 'POST');
  }

  changeCall(agent: string): void {
    const [dialog] = this.agent(agent).dialogs;
    if (dialog === undefined) return;
    const { call, version } = callVersion(dialog);
    this.#setDialog(agent, dialogOf(agent, call, version + 1, 'ACTIVE'), 'PUT');
  }

  endCall(agent: string): void {
    const [dialog] = this.agent(agent).dialogs;
    if (dialog === undefined) return;
    const { call, version } = callVersion(dialog);
    this.#setDialog(agent, dialogOf(agent, call, version + 1, 'DROPPED'), 'DELETE');
  }

  #setUser(agent: string, change: Partial<User>): User {
    // No two changes in the same millisecond: the time is what tells them apart.
    this.#lastStamp = Math.max(this.#lastStamp + 1, Math.round(this.#now()));
    const stateChangeTime = new Date(epochMs + this.#lastStamp).toISOString();
    const known = this.#agents.get(agent);
    const user: User = {
      uri: `/finesse/api/User/${agent}`,
      loginId: agent,
      extension: agent,
      roles: ['Agent'],
      settings: {},
      teams: [],
      unknown: [],
      ...known?.user,
      reasonCodeId: undefined,
      state: 'LOGOUT',
      ...change,
      stateChangeTime,
    };
    const versions = this.#userVersions.get(agent) ?? new Map<string, number>();
    this.changedAt.set(`${agent}/user/${versions.size}`, this.#now());
    versions.set(stateChangeTime, versions.size);
    this.#userVersions.set(agent, versions);
    this.#agents.set(agent, { user, dialogs: known?.dialogs ?? [] });
    return user;
  }

  #setDialog(agent: string, dialog: Dialog, change: 'POST' | 'PUT' | 'DELETE'): void {
    const { user, dialogs } = this.agent(agent);
    const others = dialogs.filter(({ id }) => id !== dialog.id);
    this.#agents.set(agent, { user, dialogs: change === 'DELETE' ? others : [...others, dialog] });
    const { call, version } = callVersion(dialog);
    this.changedAt.set(`${agent}/call/${call}/${version}`, this.#now());
    this.#tell({ kind: 'dialog', agent, dialog, change });
  }

  #tell(event: CtiEvent): void {
    for (const listener of [...this.#told]) listener(event);
  }
}

/** Which call of the agent's a dialog is, from 1, and how often it has changed. */
export function callVersion(dialog: Dialog): { call: number; version: number } {
  const [, call = ''] = dialog.id.split('-');
  return { call: Number(call), version: Number(dialog.mediaProperties?.callVariables[0]?.value ?? 0) };
}

function dialogOf(agent: string, call: number, version: number, state: string): Dialog {
  const id = `${agent}-${call}`;
  return {
    id,
    uri: `/finesse/api/Dialog/${id}`,
    state,
    participants: [{ mediaAddress: agent, state, actions: [], unknown: [] }],
    mediaProperties: {
      fields: {},
      callVariables: [{ name: 'callVariable1', value: String(version), unknown: [] }],
      unknown: [],
    },
    unknown: [],
  };
}
