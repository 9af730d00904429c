import {
  alternateOf,
  createPlatform,
  FinesseClient,
  nodeOrigin,
  OptionError,
  type Platform,
  probeSystemInfo,
  type SystemInfoAnswer,
} from '@finesse-ha/client';
import type { Announcement, NodeView } from '@finesse-ha/failover';
import { type Arrival, lookAtNode, type NodeLook, type NodeMeasures } from '@finesse-ha/monitor';
import { CommandError } from './exit.js';
import { timeNotifications } from './notification-timing.js';

/** What to watch, and how to reach it. */
export interface WatchTarget {
  /** One or two REST URLs. */
  urls: readonly string[];
  /** Without them SystemInfo alone is watched. */
  credentials: { user: string; password: string } | null;
  transport: 'websocket' | 'tcp';
  /** Port of the WebSocket; undefined = as the node's release has it. */
  webSocketPort: number | undefined;
  /** PEM. */
  ca: string | undefined;
  /** Between two looks at SystemInfo. */
  pollMs: number;
}

/** A node at one moment, and why it is told now. */
export interface NodeReport {
  node: string;
  /** `ended`: this node is not watched any further. */
  kind: 'node' | 'failing' | 'refined' | 'recovered' | 'in-service' | 'ended';
  systemInfo: NodeView['systemInfo'];
  /** Null where SystemInfo alone is watched. */
  full: Pick<NodeView, 'xmpp' | 'presence' | 'available'> | null;
  /** Empty when the conditions say all. */
  why: string;
}

/** Who shows what is seen. */
export interface WatchObserver {
  onReport(report: NodeReport): void;
  /** After each look at a node. */
  onMeasures(measures: NodeMeasures): void;
  /** Something about the watch itself. */
  onNote(text: string): void;
}

const firstAnswerMs = 5_000;
/** Between two looks at a certificate, each of which costs a connection. */
const certificateEveryMs = 3_600_000;

/** Watches the nodes of a pair, each by itself, until it is told to end. */
export class PairWatch {
  readonly #target: WatchTarget;
  readonly #observer: WatchObserver;
  readonly #platform: Platform = createPlatform();
  readonly #stops: (() => Promise<void>)[] = [];
  #watched = 0;
  #fail: (error: CommandError) => void = () => undefined;

  constructor(target: WatchTarget, observer: WatchObserver) {
    this.#target = target;
    this.#observer = observer;
  }

  /** @throws {CommandError} in a sentence when no node can be watched */
  async run(ended: Promise<void>): Promise<void> {
    const { credentials } = this.#target;
    try {
      const nodes = await this.#pair();
      if (credentials === null) {
        this.#observer.onNote(
          'without --user only SystemInfo is watched, not XMPP and the presence of finesse',
        );
      }
      const failed = new Promise<never>((_, reject) => {
        this.#fail = reject;
      });
      this.#watched = nodes.length;
      for (const node of nodes) {
        this.#stops.push(credentials === null ? this.#poll(node) : this.#connect(node, credentials));
      }
      await Promise.race([ended, failed]);
    } finally {
      await Promise.all(this.#stops.map((stop) => stop()));
      await this.#platform.close();
    }
  }

  /** The nodes to watch: those named, or the one named and its alternate. At least one must answer. */
  async #pair(): Promise<string[]> {
    const { urls, ca } = this.#target;
    const named = urls.map((url, index) => origin(url, index));
    const answers = await Promise.all(
      named.map((node) => probeSystemInfo(this.#platform, node, { timeoutMs: firstAnswerMs, ca })),
    );
    const problems = answers.map(({ answer }, index) => problemWith(named[index] as string, answer));
    if (problems.every((problem) => problem !== null)) throw new CommandError(problems.join('; '));
    const [first] = named;
    if (named.length > 1 || first === undefined) return named;
    const systemInfo = answers[0]?.systemInfo ?? null;
    const alternate = systemInfo === null ? undefined : alternateOf(first, systemInfo);
    if (alternate !== undefined) return [first, alternate];
    this.#observer.onNote(`${first} names no other node; if there is one, give its URL too`);
    return named;
  }

  /** All three conditions, by the failover core itself with this one node. */
  #connect(node: string, credentials: { user: string; password: string }): () => Promise<void> {
    const { transport, webSocketPort, ca, pollMs } = this.#target;
    const client = new FinesseClient({
      nodes: [node],
      learnAlternate: false,
      resync: 'presence-only',
      ...credentials,
      transport,
      ca,
      platform: this.#platform,
      failover: { pollIntervalMs: pollMs },
      notification: { webSocket: { port: webSocketPort } },
    });
    client.on('availability', ({ announcement }) => this.#onAnnouncement(node, announcement));
    const timing = timeNotifications(client, (why) =>
      this.#observer.onNote(`${node}: notifications are not timed: ${why}`),
    );
    client.connect().catch(() => undefined); // told by its announcements
    const stopLooking = this.#everyLook(node, async (look) => {
      timing.clockSkewMs = look.clockSkewMs;
      const pingMs = await client.ping({ timeoutMs: firstAnswerMs }).catch(() => null);
      this.#observer.onMeasures(measuresOf(look, pingMs, timing.meter.last));
    });
    return async () => {
      stopLooking();
      await client.close();
    };
  }

  #onAnnouncement(node: string, { kind, ended, failure, why, nodes }: Announcement): void {
    const view = nodes.find((one) => one.node === node);
    if (view === undefined) return;
    const { systemInfo, xmpp, presence, available, detail } = view;
    const report = { node, systemInfo, full: { xmpp, presence, available } };
    switch (kind) {
      case 'ended':
        if (ended !== null) this.#onEnded(report, ended);
        break;
      case 'recovered':
        this.#observer.onReport({ ...report, kind, why });
        break;
      case 'node':
      case 'failing':
      case 'refined':
      case 'in-service': {
        const cause =
          failure === null
            ? ''
            : `${failure.scenario} (${failure.service}), told by ${failure.mechanism}, criterion ${failure.criterion}`;
        const own = systemInfo === 'unreachable' ? detail : '';
        this.#observer.onReport({ ...report, kind, why: [cause, own].filter(Boolean).join('; ') });
        break;
      }
    }
  }

  #onEnded(
    report: Omit<NodeReport, 'kind' | 'why'>,
    { cause, detail }: NonNullable<Announcement['ended']>,
  ): void {
    const user = this.#target.credentials?.user;
    const what = {
      unauthorized: `wrong password for user ${user}`,
      license: `user ${user} is disabled or has no licence`,
      certificate: 'the certificate is refused',
      conflict: `user ${user} was logged in elsewhere with the same resource`,
    }[cause];
    this.#watched -= 1;
    // Of a pair with one bad certificate the other node is still worth watching; a wrong password is wrong on both.
    const last = this.#watched === 0 || cause === 'unauthorized' || cause === 'license';
    if (last) this.#fail(new CommandError(`${report.node}: ${what} (${detail})`));
    else this.#observer.onReport({ ...report, kind: 'ended', why: `${what} (${detail})` });
  }

  /** SystemInfo only. */
  #poll(node: string): () => Promise<void> {
    let last = '';
    const stopLooking = this.#everyLook(node, (look) => {
      const { systemInfo } = look.conditions;
      const heartbeat = look.systemInfo?.lastCTIHeartbeatStatus ?? 'unknown';
      const why = look.systemInfo === null ? look.problem : `CTI heartbeat ${heartbeat}`;
      if (`${systemInfo} ${why}` !== last) {
        last = `${systemInfo} ${why}`;
        this.#observer.onReport({ node, kind: 'node', systemInfo, full: null, why });
      }
      this.#observer.onMeasures(measuresOf(look, null, null));
    });
    return async () => stopLooking();
  }

  /** Looks at a node for ever, one look at a time. Returns the function that ends it. */
  #everyLook(node: string, onLook: (look: NodeLook) => Promise<void> | void): () => void {
    const { ca, pollMs } = this.#target;
    let timer: NodeJS.Timeout | undefined;
    let stopped = false;
    let certificate = { readAt: Number.NEGATIVE_INFINITY, expiresAt: null as number | null };
    const once = async () => {
      const now = this.#platform.now();
      const due = certificate.expiresAt === null || now - certificate.readAt >= certificateEveryMs;
      const look = await lookAtNode(this.#platform, node, {
        timeoutMs: firstAnswerMs,
        ca,
        certificate: due,
      });
      if (stopped) return;
      if (due) certificate = { readAt: now, expiresAt: look.certificateExpiresAt };
      await onLook({ ...look, certificateExpiresAt: certificate.expiresAt });
      if (!stopped) timer = setTimeout(once, pollMs);
    };
    void once();
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }
}

function measuresOf(look: NodeLook, pingMs: number | null, arrival: Arrival | null): NodeMeasures {
  const { node, systemInfo, roundTripMs, clockSkewMs, heartbeatAgeMs, certificateExpiresAt } = look;
  const maintenance = systemInfo === null ? null : look.maintenance;
  return {
    node,
    roundTripMs,
    pingMs,
    arrival,
    clockSkewMs,
    heartbeatAgeMs,
    maintenance,
    certificateExpiresAt,
  };
}

function problemWith(node: string, answer: SystemInfoAnswer): string | null {
  switch (answer.kind) {
    case 'certificate':
      return `the certificate of ${node} is refused: ${answer.detail}`;
    case 'unreachable':
      return `cannot reach ${node}: ${answer.detail}`;
    case 'timeout':
      return `${node} did not answer within ${firstAnswerMs / 1_000} s`;
    default:
      return null;
  }
}

function origin(url: string, index: number): string {
  try {
    return nodeOrigin(`URL ${index + 1}`, url);
  } catch (error) {
    if (error instanceof OptionError) throw new CommandError(error.message, 2);
    throw error;
  }
}
