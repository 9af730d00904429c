import { nextRandom } from './random.js';
import { viewNode } from './state.js';
import type { Announcement, Command, FailoverState, LinkState, NodeId, NodeState } from './types.js';

/** One step being worked out: a private copy of the state that may be changed, and the commands so far. */
export class Turn {
  readonly state: FailoverState;
  readonly commands: Command[] = [];
  readonly at: number;

  constructor(before: FailoverState, at: number) {
    this.at = at;
    this.state = {
      ...before,
      lastAt: at,
      nodes: before.nodes.map((node) => ({ ...node })),
      link: before.link === null ? null : { ...before.link },
    };
  }

  get settings() {
    return this.state.settings;
  }

  get current(): NodeState {
    return this.node(this.state.current) as NodeState;
  }

  /** The other node, unless there is none or its certificate was refused. */
  get alternate(): NodeState | undefined {
    return this.state.nodes.find((node) => node.id !== this.state.current && node.rejected === null);
  }

  node(id: NodeId): NodeState | undefined {
    return this.state.nodes.find((node) => node.id === id);
  }

  /** The XMPP connection if it is the one of this generation: anything else is news of an abandoned one. */
  linkOf(generation: number): LinkState | null {
    return this.state.link?.generation === generation ? this.state.link : null;
  }

  random(): number {
    const [value, next] = nextRandom(this.state.random);
    this.state.random = next;
    return value;
  }

  /** Full jitter over a width. */
  jitter(widthMs: number): number {
    return this.random() * widthMs;
  }

  /** The core wants to be stepped again at this instant at the latest. */
  wait(until: number): void {
    const { deadlineAt } = this.state;
    if (deadlineAt === null || until < deadlineAt) this.state.deadlineAt = until;
  }

  decide(what: string, why: string, node: NodeId = this.state.current): void {
    const { log, settings } = this.state;
    const kept = log.length >= settings.logLimit ? log.slice(log.length - settings.logLimit + 1) : log;
    this.state.log = settings.logLimit === 0 ? [] : [...kept, { at: this.at, node, what, why }];
  }

  announce(kind: Announcement['kind'], why: string): void {
    const { state } = this;
    this.commands.push({
      type: 'announce',
      announcement: {
        at: this.at,
        kind,
        status: state.status,
        node: state.current,
        failure: state.failure,
        ended: state.ended,
        nodes: state.nodes.map((node) => viewNode(state, node)),
        why,
      },
    });
  }

  /** Abandons the XMPP connection; whatever it still reports is of an older generation. */
  closeLink(): void {
    const { link } = this.state;
    if (link === null) return;
    this.commands.push({ type: 'close-xmpp', node: link.node, generation: link.generation });
    this.state.link = null;
  }

  cancelProbe(node: NodeState): void {
    if (node.probe === null) return;
    this.commands.push({ type: 'cancel-probe', node: node.id, probe: node.probe.id });
    if (this.state.onceMore?.probe === node.probe.id) this.state.onceMore = null;
    node.probe = null;
  }

  /** Asks a node from scratch after a delay: an answer to a question asked before this moment would not count. */
  askAnew(node: NodeState, delayMs: number): void {
    this.cancelProbe(node);
    if (node.rejected === null) node.nextProbeAt = this.at + delayMs;
  }

  /** Asks a node no later than at that instant, unless a question is out already or it asked to be left alone. */
  askBy(node: NodeState, at: number): void {
    if (node.probe !== null) return;
    node.nextProbeAt = Math.max(Math.min(node.nextProbeAt ?? Infinity, at), node.notBeforeAt);
  }

  sendProbe(node: NodeState, timeoutMs: number): number {
    const id = this.state.nextProbe++;
    node.probe = { id, sentAt: this.at, deadlineAt: this.at + timeoutMs };
    node.nextProbeAt = null;
    this.commands.push({ type: 'probe', node: node.id, probe: id, timeoutMs });
    return id;
  }
}
