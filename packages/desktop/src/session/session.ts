import { AgentClient, EndedError } from '@finesse-ha/client';
import type { Deployment } from '../deployment.js';
import { type Credentials, forgetSession, storedSession, storeSession } from './stored-session.js';

/**
 * Where the desktop is. `connecting` and `signing-in` tell how far a sign-in has come; `restoring` is the same after a
 * reload. `ended` is a session that trying on would not help: its client still has the last picture.
 */
export type SessionState =
  | { phase: 'signed-out'; error: unknown }
  | { phase: 'connecting' | 'signing-in'; client: AgentClient; restoring: boolean }
  | { phase: 'signed-in'; client: AgentClient };

/** Creates clients; the views never do. */
export class Session {
  readonly #deployment: Deployment;
  readonly #listeners = new Set<() => void>();
  #state: SessionState = { phase: 'signed-out', error: null };
  #abort: AbortController | null = null;

  constructor(deployment: Deployment) {
    this.#deployment = deployment;
  }

  get state(): SessionState {
    return this.#state;
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Goes on with the session that this tab had before a reload, if it had one. */
  restore(): void {
    const stored = storedSession();
    if (stored !== null) void this.#begin(stored, true);
  }

  /** Signs in; what became of it shows in the state. */
  signIn(credentials: Credentials): void {
    void this.#begin(credentials, false);
  }

  /** Gives up a sign-in that is under way. */
  cancel(): void {
    this.#abort?.abort();
  }

  /** Signs the agent out and ends the session. @throws {ActionError} when the agent is not signed out; the session goes on. */
  async signOut(reasonCodeId?: string): Promise<void> {
    if (this.#state.phase !== 'signed-in') return;
    const { client } = this.#state;
    await client.signOut({ reasonCodeId });
    this.leave();
  }

  /** Ends the session on this page only: the agent stays signed in until Finesse's own timer. */
  leave(error: unknown = null): void {
    forgetSession();
    const { state } = this;
    if (state.phase !== 'signed-out') void state.client.close();
    this.#set({ phase: 'signed-out', error });
  }

  async #begin(credentials: Credentials, restoring: boolean): Promise<void> {
    if (this.#state.phase !== 'signed-out') return;
    const abort = new AbortController();
    this.#abort = abort;
    let client: AgentClient | null = null;
    try {
      client = new AgentClient({
        ...clientOptions(this.#deployment),
        ...credentials,
        onLoggedOut: 'repair',
      });
      this.#set({ phase: 'connecting', client, restoring });
      await client.connect({ signal: abort.signal });
      this.#set({ phase: 'signing-in', client, restoring });
      if (!restoring) await client.signIn({ signal: abort.signal });
      storeSession(credentials);
      this.#set({ phase: 'signed-in', client });
    } catch (error) {
      await client?.close();
      if (restoring && error instanceof EndedError) forgetSession();
      this.#set({ phase: 'signed-out', error: abort.signal.aborted ? null : error });
    } finally {
      if (this.#abort === abort) this.#abort = null;
    }
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const tell of [...this.#listeners]) tell();
  }
}

function clientOptions({ nodes }: Deployment) {
  return {
    nodes: nodes.map(({ restUrl }) => restUrl),
    notification: {
      nodes: Object.fromEntries(
        nodes.map(({ restUrl, webSocketUrl }) => [restUrl, { webSocket: webSocketOptions(webSocketUrl) }]),
      ),
    },
  };
}

function webSocketOptions(webSocketUrl: string) {
  const { protocol, port, pathname } = new URL(webSocketUrl);
  const tls = protocol === 'wss:';
  return { tls, port: port === '' ? (tls ? 443 : 80) : Number(port), path: pathname };
}
