import type { Command, FailoverEvent, LossCause, SystemInfoAnswer } from '@finesse-ha/failover';
import { Agenda } from './agenda.js';
import { latency } from './latency.js';
import { NodeModel } from './node-model.js';
import type { FaultInput, NodeName, SpecCase } from './schema.js';

/** What was observed, without its time. */
export type Observation = FailoverEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'at'>
    : never
  : never;

type CommandOf<T extends Command['type']> = Extract<Command, { type: T }>;
type Side = 'a' | 'b';

interface Connection {
  generation: number;
  node: NodeModel;
  phase: 'opening' | 'up';
  /** The notification service has dropped the session without this client's hearing of it. */
  dropped: boolean;
}

/**
 * A deployment and the client's way to it, as far as the failover core can tell: it answers commands by the state of
 * its parts, each after a stated time, and tells what changes. Deterministic, and without randomness of its own.
 */
export class World {
  readonly agenda = new Agenda();
  readonly nodes: ReadonlyMap<string, NodeModel>;
  readonly #deployment: SpecCase['deployment'];
  readonly #observe: (observation: Observation) => void;
  readonly #connections = new Map<number, Connection>();
  readonly #probes = new Set<number>();
  readonly #sides: Record<Side, boolean> = { a: true, b: true };
  readonly #sideOf = new Map<NodeModel, Side>();
  #online = true;
  /** What came in while the machine slept; null while it is awake. */
  #asleep: Observation[] | null = null;

  constructor(deployment: SpecCase['deployment'], observe: (observation: Observation) => void) {
    this.#deployment = deployment;
    this.#observe = observe;
    this.nodes = new Map(deployment.nodes.map((name) => [name, this.#makeNode(name)]));
    for (const node of this.nodes.values()) this.#sideOf.set(node, 'a');
  }

  #makeNode(name: NodeName): NodeModel {
    const node: NodeModel = new NodeModel(name, this.agenda, {
      presence: (available) => this.#send(node, 'presence', { available }),
      notification: (status) => this.#send(node, 'notification', { status }),
      closed: () => this.#loseAll(node, 'closed'),
      reset: () => this.#loseAll(node, 'reset'),
    });
    return node;
  }

  node(name: string): NodeModel {
    const node = this.nodes.get(name);
    if (node === undefined) throw new RangeError(`${name} is not in the deployment`);
    return node;
  }

  execute(command: Command): void {
    switch (command.type) {
      case 'probe':
        this.#probe(command);
        break;
      case 'cancel-probe':
        this.#probes.delete(command.probe);
        break;
      case 'open-xmpp':
        this.#open(command);
        break;
      case 'close-xmpp':
        this.#connections.delete(command.generation);
        break;
      case 'ping':
        this.#ping(command.generation);
        break;
      case 'resync':
        this.#resync(command);
        break;
      case 'announce':
        break;
    }
  }

  break(fault: FaultInput): void {
    const side = sideOf(fault);
    if (side === null) {
      for (const node of this.#nodesOf(fault)) node.break(fault);
      return;
    }
    this.#sides[side] = false;
    for (const node of this.nodes.values()) {
      if (this.#sideOf.get(node) !== side) continue;
      node.break(fault);
      const noticedMs = fault.variant === 'default' ? latency.noticeMs : latency.ctiSilenceMs;
      this.agenda.after(noticedMs, () => this.#findSide(node));
    }
  }

  heal(fault: Omit<FaultInput, 'variant'>): void {
    const side = sideOf(fault);
    if (side === null) {
      for (const node of this.#nodesOf(fault)) node.heal(fault);
      return;
    }
    this.#sides[side] = true;
    for (const node of this.nodes.values()) this.#findSide(node);
  }

  /** A node whose CTI side is gone moves to the other one, if that is there. */
  #findSide(node: NodeModel): void {
    const side = this.#sideOf.get(node);
    const up = this.#sides.a ? 'a' : this.#sides.b ? 'b' : null;
    if (up === null || (side !== undefined && this.#sides[side] && node.condition('cti') === 'up')) return;
    this.#sideOf.set(node, up);
    node.heal({ scenario: 'cti-connection' });
  }

  #nodesOf({ node }: Pick<FaultInput, 'node'>): NodeModel[] {
    return node === undefined ? [...this.nodes.values()] : [this.node(node)];
  }

  /** The client's own network. Sockets stay open while it is away, as they do when a cable is pulled. */
  setNetwork(online: boolean): void {
    this.#online = online;
    this.#tell({ type: 'network', online });
  }

  /** Another client signs in as this agent, with the same resource: the service ends the older session. */
  signInElsewhere(): void {
    for (const { node } of this.#connections.values()) this.#loseAll(node, 'conflict');
  }

  /** The case itself reported that a connection is gone. */
  forget(generation: number): void {
    this.#connections.delete(generation);
  }

  /**
   * The machine sleeps: the world goes on without it. What comes in is held by the system and handed over by `wake`;
   * sessions that stay silent for long are dropped by their service.
   */
  sleep(ms: number): void {
    const until = this.agenda.now + ms;
    this.#asleep = [];
    const connections = [...this.#connections.values()];
    if (ms > latency.sessionSilenceMs) {
      this.agenda.after(latency.sessionSilenceMs, () => {
        for (const connection of connections) connection.dropped = true;
      });
    }
    for (;;) {
      const { nextAt } = this.agenda;
      if (nextAt === null || nextAt > until) break;
      this.agenda.passTo(nextAt);
      this.agenda.runNext();
    }
    this.agenda.passTo(until);
  }

  wake(): void {
    const held = this.#asleep ?? [];
    this.#asleep = null;
    for (const observation of held) this.#observe(observation);
  }

  #tell(observation: Observation): void {
    if (this.#asleep === null) this.#observe(observation);
    else this.#asleep.push(observation);
  }

  /** Bytes get through between this client and the node's notification service. */
  #passes({ node, dropped }: Connection): boolean {
    return this.#online && node.path === 'pass' && node.condition('notification') === 'up' && !dropped;
  }

  #send(
    node: NodeModel,
    kind: 'presence' | 'notification',
    content: { available: boolean } | { status: 'in-service' | 'out-of-service' },
  ): void {
    for (const connection of this.#connections.values()) {
      if (connection.node !== node || connection.phase !== 'up') continue;
      if (node.loses.includes(kind) || !this.#passes(connection)) continue;
      const { generation } = connection;
      this.agenda.after(latency.oneWayMs, () => {
        if (!this.#online || this.#connections.get(generation) !== connection) return;
        this.#tell({ type: 'received', generation });
        this.#tell({ type: kind, generation, ...content } as Observation);
      });
    }
  }

  #loseAll(node: NodeModel, cause: LossCause): void {
    if (!this.#online) return;
    for (const connection of this.#connections.values()) {
      if (connection.node !== node) continue;
      this.agenda.after(latency.oneWayMs, () => this.#lose(connection, cause));
    }
  }

  #lose(connection: Connection, cause: LossCause, retryAfterMs?: number): void {
    if (this.#connections.get(connection.generation) !== connection) return;
    this.#connections.delete(connection.generation);
    this.#tell({ type: 'xmpp-lost', generation: connection.generation, cause, retryAfterMs });
  }

  #open({ node: name, generation }: CommandOf<'open-xmpp'>): void {
    const node = this.node(name);
    const connection: Connection = { generation, node, phase: 'opening', dropped: false };
    this.#connections.set(generation, connection);
    const fail = (cause: LossCause, retryAfterMs?: number) =>
      this.agenda.after(2 * latency.oneWayMs, () => this.#lose(connection, cause, retryAfterMs));
    const { login = 'world' } = node.answers;
    if (login === 'none') return;
    if (login !== 'world') fail(login.cause, login.retryAfterMs);
    else if (!this.#online) fail('unreachable');
    else if (node.path === 'reset') fail('reset');
    else if (node.condition('notification') === 'down') fail('refused');
    else if (this.#passes(connection)) this.agenda.after(latency.loginMs, () => this.#up(connection));
  }

  #up(connection: Connection): void {
    const { generation, node } = connection;
    if (this.#connections.get(generation) !== connection || !this.#passes(connection)) return;
    connection.phase = 'up';
    this.#tell({ type: 'xmpp-up', generation });
    if (node.finesse) this.#send(node, 'presence', { available: true });
  }

  #ping(generation: number): void {
    const connection = this.#connections.get(generation);
    if (connection === undefined || connection.node.answers.ping === 'none') return;
    const { dropped, node } = connection;
    this.agenda.after(2 * latency.oneWayMs, () => {
      if (dropped && this.#online && node.path === 'pass') this.#lose(connection, 'reset');
      else if (this.#passes(connection) && this.#connections.get(generation) === connection)
        this.#tell({ type: 'received', generation });
    });
  }

  #probe({ node: name, probe }: CommandOf<'probe'>): void {
    const node = this.node(name);
    this.#probes.add(probe);
    this.agenda.after(2 * latency.oneWayMs, () => {
      if (!this.#probes.has(probe)) return;
      const answer = this.#systemInfo(node);
      if (answer === null) return;
      this.#probes.delete(probe);
      this.#tell({ type: 'system-info', node: name, probe, answer });
    });
  }

  /** Null where no answer comes: the core has a deadline of its own. */
  #systemInfo(node: NodeModel): SystemInfoAnswer | null {
    const { 'system-info': given = 'world' } = node.answers;
    if (given === 'none') return null;
    if (given !== 'world') return given;
    if (!this.#online) return { kind: 'unreachable', detail: 'no route to host' };
    if (node.condition('webHost') === 'down') return { kind: 'unreachable', detail: 'connection refused' };
    if (node.condition('webHost') === 'frozen') return null;
    if (node.condition('webApp') === 'down') return { kind: 'http-error', httpStatus: 404 };
    const alternate = this.#deployment.nodes.find((other) => other !== node.name);
    const { type: deployment } = this.#deployment;
    return { kind: 'status', status: node.status, heartbeat: node.heartbeat, alternate, deployment };
  }

  #resync({ node: name, generation, resync }: CommandOf<'resync'>): void {
    const node = this.node(name);
    const { resync: given = 'world' } = node.answers;
    if (given === 'none') return;
    this.agenda.after(latency.resyncMs, () => {
      const fail = (detail: string, retryAfterMs?: number) =>
        this.#tell({ type: 'resync-failed', generation, resync, detail, retryAfterMs });
      const connection = this.#connections.get(generation);
      if (given !== 'world') fail(given.detail, given.retryAfterMs);
      else if (connection === undefined || !this.#passes(connection)) return;
      else if (node.condition('webHost') === 'frozen') return;
      else if (!node.appRuns || node.status === 'out-of-service') fail('HTTP 503');
      else this.#tell({ type: 'resynced', generation, resync });
    });
  }
}

function sideOf({ scenario }: Pick<FaultInput, 'scenario'>): Side | null {
  return scenario === 'cti-side-a' ? 'a' : scenario === 'cti-side-b' ? 'b' : null;
}
