import { EventEmitter } from 'node:events';
import { type Lab, type NodeName, nodeNames } from '@finesse-ha/lab';

/** An XMPP session of the observed agent, as the notification service of its node has it. */
export interface SeenSession {
  node: NodeName;
  jid: string;
  available: boolean;
  /** Explicit subscriptions made by this session. */
  subscriptions: Set<string>;
}

/** Something that a client did to a node. */
export interface Contact {
  node: NodeName;
  /** `connection`: TCP to the notification service, also where that is down; `request`: REST, answered or not. */
  kind: 'connection' | 'request';
  /** On the clock of `performance.now()`, ms. */
  at: number;
}

/**
 * What the nodes see of one agent's client: their processes' logs, as a lab with `logTraffic` writes them. Nothing is
 * asked of the nodes, so that every request in the logs is the client's. Requests to a web host that is down are seen by nobody.
 */
export class Observer extends EventEmitter<{ change: [] }> {
  readonly contacts: Contact[] = [];
  /** The most sessions that one node had at once since the last `reset`. */
  mostAtOnce = 0;
  /** How often anything was heard of clients or nodes. */
  heard = 0;
  readonly #agentId: string;
  readonly #sessions = new Map<string, SeenSession>();
  readonly #inService = new Set<NodeName>(nodeNames);
  readonly #lab: Lab;
  readonly #onLog = ({ process, line }: { process: string; line: string }) => this.#read(process, line);
  readonly #onExit = ({ process }: { process: string }) => this.#gone(process);

  /** Begins to observe a lab whose nodes are both IN_SERVICE. */
  constructor(lab: Lab, agentId: string) {
    super();
    this.#lab = lab;
    this.#agentId = agentId;
    lab.on('log', this.#onLog);
    lab.on('exit', this.#onExit);
  }

  /** Observes no more. */
  stop(): void {
    this.#lab.off('log', this.#onLog);
    this.#lab.off('exit', this.#onExit);
  }

  get sessions(): readonly SeenSession[] {
    return [...this.#sessions.values()];
  }

  inService(node: NodeName): boolean {
    return this.#inService.has(node);
  }

  /** Forgets contacts; sessions that exist stay. */
  reset(): void {
    this.contacts.length = 0;
    this.mostAtOnce = 0;
    this.#count();
  }

  /** Resolves with true as soon as it is so, with false when the time is over or the signal comes. */
  until(isSo: () => boolean, withinMs: number, signal?: AbortSignal): Promise<boolean> {
    return new Promise((resolve) => {
      const end = () => {
        clearTimeout(timer);
        this.off('change', look);
        signal?.removeEventListener('abort', end);
        resolve(isSo());
      };
      const look = () => {
        if (isSo()) end();
      };
      const timer = setTimeout(end, withinMs);
      this.on('change', look);
      signal?.addEventListener('abort', end);
      if (signal?.aborted) end();
      else look();
    });
  }

  #read(process: string, line: string): void {
    const node = nodeNames.find((name) => process.startsWith(`${name}-`));
    const entry = node === undefined ? null : parse(line);
    if (node === undefined || entry === null) return;
    const { msg, jid } = entry;
    const key = `${node} ${String(jid)}`;
    const own = typeof jid === 'string' && jid.startsWith(`${this.#agentId}@`);
    if (msg === 'service status') {
      if (entry.to === 'IN_SERVICE') this.#inService.add(node);
      else this.#inService.delete(node);
    } else if (msg === 'connection') this.#contact(node, 'connection');
    else if (msg === 'request') {
      if (String(entry.path).startsWith('/finesse/api/')) this.#contact(node, 'request');
    } else if (!own) return;
    else if (msg === 'session') {
      this.#sessions.set(key, { node, jid, available: false, subscriptions: new Set() });
      this.#count();
    } else if (msg === 'session over') this.#sessions.delete(key);
    else if (msg === 'presence')
      this.#change(key, (session) => (session.available = entry.available === true));
    else if (msg === 'subscription') {
      const subscribed = String(entry.node);
      this.#change(key, ({ subscriptions }) =>
        entry.subscribed === true ? subscriptions.add(subscribed) : subscriptions.delete(subscribed),
      );
    }
    this.#heard();
  }

  #heard(): void {
    this.heard += 1;
    this.emit('change');
  }

  #change(key: string, change: (session: SeenSession) => unknown): void {
    const session = this.#sessions.get(key);
    if (session !== undefined) change(session);
  }

  #contact(node: NodeName, kind: Contact['kind']): void {
    this.contacts.push({ node, kind, at: performance.now() });
  }

  #count(): void {
    for (const node of nodeNames) {
      const count = this.sessions.filter((session) => session.node === node).length;
      this.mostAtOnce = Math.max(this.mostAtOnce, count);
    }
  }

  /** A killed process says nothing of what died with it. */
  #gone(process: string): void {
    for (const node of nodeNames) {
      if (process === `${node}-web-host`) this.#inService.delete(node);
      if (process !== `${node}-notification`) continue;
      this.#inService.delete(node);
      for (const [key, session] of this.#sessions) if (session.node === node) this.#sessions.delete(key);
    }
    this.#heard();
  }
}

function parse(line: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? { ...value } : null;
  } catch {
    return null;
  }
}
