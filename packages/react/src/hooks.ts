import type { AgentClient, Announcement, ClientEvent, Decision, Queue, Team } from '@finesse-ha/client';
import type { Dialog, User } from '@finesse-ha/protocol';
import {
  createContext,
  createElement,
  type ReactNode,
  useCallback,
  useContext,
  useRef,
  useSyncExternalStore,
} from 'react';

const Context = createContext<AgentClient | null>(null);

/** Makes a client known to the hooks below it. */
export function FinesseProvider({
  client,
  children,
}: {
  client: AgentClient;
  children?: ReactNode;
}): ReactNode {
  return createElement(Context.Provider, { value: client }, children);
}

/** The client of the nearest provider. @throws {Error} outside of one */
export function useFinesse(): AgentClient {
  const client = useContext(Context);
  if (client === null) throw new Error('useFinesse is used outside of a FinesseProvider');
  return client;
}

function useClientValue<T>(read: (client: AgentClient) => T, concerns: (event: ClientEvent) => boolean): T {
  const client = useFinesse();
  const subscribe = useCallback(
    (onChange: () => void) =>
      client.on('*', (event) => {
        if (concerns(event)) onChange();
      }),
    [client, concerns],
  );
  const snapshot = () => read(client);
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}

const onAvailability = ({ type }: ClientEvent) => type === 'availability';
const onUpdate = ({ type }: ClientEvent) => type === 'update';

/** The last announcement of the state of service. */
export function useAvailability(): Announcement {
  return useClientValue((client) => client.availability, onAvailability);
}

/** The agent; null before the first fetch. */
export function useUser(): User | null {
  return useClientValue((client) => client.user, onUpdate);
}

/** The agent's calls. */
export function useDialogs(): readonly Dialog[] {
  return useClientValue((client) => client.dialogs, onUpdate);
}

/** The decision log, oldest first: why the client is on this node. */
export function useDecisions(): readonly Decision[] {
  return useClientValue((client) => client.decisions(), onAvailability);
}

function useBoards<T>(read: (client: AgentClient) => T): T {
  const client = useFinesse();
  const subscribe = useCallback((onChange: () => void) => client.onBoards(onChange), [client]);
  const snapshot = () => read(client);
  return useSyncExternalStore(subscribe, snapshot, snapshot);
}

/** The team that is watched; null while none is, or it is not fetched yet. */
export function useTeam(): Team | null {
  return useBoards((client) => client.team);
}

/** The queues that are watched. */
export function useQueues(): readonly Queue[] {
  return useBoards((client) => client.queues);
}

const ticking = new Set<() => void>();
let ticker: ReturnType<typeof setInterval> | undefined;

/** One ticker for all timers of the page, so that they change together. */
function onTick(listener: () => void): () => void {
  ticking.add(listener);
  ticker ??= setInterval(() => {
    for (const tell of ticking) tell();
  }, 1_000);
  return () => {
    ticking.delete(listener);
    if (ticking.size === 0) {
      clearInterval(ticker);
      ticker = undefined;
    }
  };
}

/** Milliseconds since an instant (epoch ms), anew every second; 0 for none. Clocks that differ never make it negative. */
export function useElapsed(sinceAt: number | null): number {
  const last = useRef({ sinceAt, elapsed: 0 });
  const snapshot = () => {
    if (sinceAt === null) return 0;
    const elapsed = Math.max(0, Date.now() - sinceAt);
    // The same second is the same snapshot, or React would render for ever.
    if (
      last.current.sinceAt !== sinceAt ||
      Math.floor(elapsed / 1_000) !== Math.floor(last.current.elapsed / 1_000)
    ) {
      last.current = { sinceAt, elapsed };
    }
    return last.current.elapsed;
  };
  return useSyncExternalStore(onTick, snapshot, snapshot);
}
