import { afterEach, onTestFailed } from 'vitest';
import { type ClientEvent, type ClientOptions, FinesseClient } from '../../src/index.ts';
import { agentId, ScriptedNode, type ScriptedNodeOptions } from './scripted-node.ts';

const closers: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

export async function startNode(options: ScriptedNodeOptions = {}): Promise<ScriptedNode> {
  const node = await new ScriptedNode(options).listen(options.port ?? 0);
  closers.push(() => node.close());
  return node;
}

/** Two nodes that name each other, on two loopback addresses. */
export async function startPair(): Promise<[ScriptedNode, ScriptedNode]> {
  const primary = await startNode();
  const secondary = await startNode({ host: '127.0.0.2', port: primary.port });
  primary.namePair(secondary);
  secondary.namePair(primary);
  return [primary, secondary];
}

/** Settings under which a test need not wait: the order of things is the same. */
export const quick = {
  agentsPerNode: 1,
  pollIntervalMs: 200,
  alternatePollMs: 200,
  failingPollMs: 20,
  failingPollCapMs: 50,
  quickWindowMs: 500,
  attemptBaseMs: 20,
  attemptCapMs: 50,
  // Generous: on a busy machine the first node must not lose its precedence to the second.
  tieGraceMs: 1_000,
  ownLinkSpreadMs: 5,
  onceMoreTimeoutMs: 300,
};

/** A client of these nodes and everything it has told so far. */
export class Subject {
  readonly client: FinesseClient;
  readonly events: ClientEvent[] = [];
  #waiting: { wanted: (event: ClientEvent) => boolean; resolve: (event: ClientEvent) => void }[] = [];

  constructor(nodes: readonly ScriptedNode[], options: Partial<ClientOptions> = {}) {
    this.client = new FinesseClient({
      nodes: nodes.map((node) => node.url),
      user: agentId,
      password: 'secret',
      failover: quick,
      ...options,
    });
    closers.push(() => this.client.close());
    onTestFailed(() => {
      const decisions = this.client
        .decisions()
        .map(({ at, what, node, why }) => `${at % 100_000} ${what} ${node}: ${why}`);
      console.log([...this.told(), ...decisions].join('\n'));
    });
    this.client.on('*', (event) => {
      this.events.push(event);
      for (const waiting of [...this.#waiting]) {
        if (!waiting.wanted(event)) continue;
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        waiting.resolve(event);
      }
    });
  }

  /** The next event that is wanted. */
  next(wanted: (event: ClientEvent) => boolean): Promise<ClientEvent> {
    return new Promise((resolve) => this.#waiting.push({ wanted, resolve }));
  }

  announced(kind: string): Promise<ClientEvent> {
    return this.next((event) => event.type === 'availability' && event.announcement.kind === kind);
  }

  /** What has been told, in short, from an index on. */
  told(from = 0): string[] {
    return this.events.slice(from).flatMap((event) => {
      switch (event.type) {
        case 'availability':
          return event.announcement.kind === 'node' ? [] : [event.announcement.kind];
        case 'update':
          return event.kind === 'user'
            ? [`user ${event.current.state} ${event.origin}`]
            : [`${event.kind} ${event.origin}`];
        default:
          return [event.type];
      }
    });
  }
}
