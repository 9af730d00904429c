/**
 * What the failover core takes in and gives out. All instants (`at`, `...At`) are milliseconds on one clock that the
 * caller chooses and that never runs backwards; all durations end in `Ms`.
 */
import type { Settings } from './settings.js';

/** A node by the name its owner gives it (the client uses the origin of its REST URL). Opaque to the core. */
export type NodeId = string;

/** The rows of Cisco's page "Failure Scenarios" (DESIGN.md, the page as a table). */
export type Scenario = 'notification-service' | 'xmpp-connection' | 'tomcat' | 'web-app' | 'cti-connection';

/** What told of a failure. */
export type Mechanism =
  | 'xmpp-disconnected'
  | 'ping-unanswered'
  | 'presence-unavailable'
  | 'systeminfo-out-of-service'
  | 'systeminfo-unreachable';

/** The page's recovery criteria: 1 XMPP down, 2 OUT_OF_SERVICE while XMPP is up, 3 `finesse` unavailable while XMPP is up. */
export type Criterion = 1 | 2 | 3;

/** What ends the matter instead of failing over. Told once, then latched until the application connects anew. */
export type EndCause = 'unauthorized' | 'license' | 'certificate' | 'conflict';

/** What is wrong with a refused certificate, where the caller can tell; whatever it has no word for is `other`. */
export type CertificateProblem =
  | 'expired'
  | 'not-yet-valid'
  | 'unknown-issuer'
  | 'wrong-host'
  | 'revoked'
  | 'other';

/** What ended the matter: the cause, on which node, and a sentence. */
export interface Ended {
  cause: EndCause;
  node: NodeId;
  detail: string;
  /** With cause `certificate`, where the caller could tell. */
  certificate?: CertificateProblem | undefined;
}

/** One answer (or the lack of one) to a GET of SystemInfo. */
export type SystemInfoAnswer =
  | {
      kind: 'status';
      status: 'in-service' | 'out-of-service';
      /** `lastCTIHeartbeatStatus`; `unknown` where the release does not report it. */
      heartbeat: 'success' | 'failure' | 'unknown';
      /** The other node of the pair by primaryNode/secondaryNode, if this one names it. */
      alternate?: NodeId | undefined;
      deployment?: Deployment | undefined;
    }
  /** HTTP answered with an error: 503 is "not in service", 404 or 5xx an absent web app in a living web host. */
  | { kind: 'http-error'; httpStatus: number; retryAfterMs?: number | undefined }
  /** No TCP or TLS connection, or it broke before an answer. */
  | { kind: 'unreachable'; detail: string }
  /** Nothing came within the time given with the command. */
  | { kind: 'timeout' }
  /** The certificate was refused: `detail` says why. */
  | { kind: 'certificate'; detail: string; problem?: CertificateProblem | undefined };

/** Why an XMPP connection ended or could not be made. */
export type LossCause =
  | 'closed'
  | 'reset'
  | 'refused'
  | 'unreachable'
  | 'timeout'
  | 'system-shutdown'
  | 'overloaded'
  | 'protocol'
  | EndCause;

/** What contact center the nodes belong to: Unified CCE (and Packaged CCE), or Unified CCX. */
export type Deployment = 'UCCE' | 'UCCX';

/** Everything that can be observed. `at` is when the caller took it in. */
export type FailoverEvent = { at: number } & (
  | { type: 'connect' }
  | { type: 'disconnect' }
  | { type: 'timer' }
  | { type: 'system-info'; node: NodeId; probe: number; answer: SystemInfoAnswer }
  /** The XMPP connection of this generation is bound and its presence sent. */
  | { type: 'xmpp-up'; generation: number }
  | {
      type: 'xmpp-lost';
      generation: number;
      cause: LossCause;
      detail?: string | undefined;
      retryAfterMs?: number | undefined;
      /** With cause `certificate`. */
      problem?: CertificateProblem | undefined;
    }
  /** Presence of the XMPP user `finesse`. */
  | { type: 'presence'; generation: number; available: boolean }
  /** A SystemInfo notification. */
  | { type: 'notification'; generation: number; status: 'in-service' | 'out-of-service' }
  /** Bytes arrived on the XMPP connection. The caller may report this at most every few hundred ms. */
  | { type: 'received'; generation: number }
  /** Subscriptions are restored and verified, user and dialogs fetched, the differences emitted. */
  | { type: 'resynced'; generation: number; resync: number }
  | {
      type: 'resync-failed';
      generation: number;
      resync: number;
      detail: string;
      retryAfterMs?: number | undefined;
    }
  /** REST refused the agent itself. */
  | { type: 'denied'; cause: 'unauthorized' | 'license'; detail: string }
  /** The operating system's or browser's opinion of the network: a hint, never a gate. */
  | { type: 'network'; online: boolean }
);

/** What the caller is to do. Results of an older `generation` or `probe` may still be reported: they are dropped. */
export type Command =
  | { type: 'probe'; node: NodeId; probe: number; timeoutMs: number }
  | { type: 'cancel-probe'; node: NodeId; probe: number }
  | { type: 'open-xmpp'; node: NodeId; generation: number; timeoutMs: number }
  | { type: 'close-xmpp'; node: NodeId; generation: number }
  | { type: 'ping'; node: NodeId; generation: number }
  /**
   * Restore and verify subscriptions, fetch user and dialogs, emit the differences, then report `resynced`.
   * `connection` says whether subscriptions made on this very connection can still be trusted. A later resync
   * replaces an earlier one, whose result is dropped.
   */
  | {
      type: 'resync';
      node: NodeId;
      generation: number;
      resync: number;
      connection: 'new' | 'same';
      timeoutMs: number;
    }
  | { type: 'announce'; announcement: Announcement };

/** A failure as far as the page lets a client tell it. */
export interface Failure {
  /** The likeliest scenario by what has been observed so far; refined as answers come in. */
  scenario: Scenario;
  /** Every scenario that the observations still allow, likeliest first. */
  candidates: readonly Scenario[];
  /** The failed service as the page names it (which differs in a Unified CCX deployment). */
  service: string;
  mechanism: Mechanism;
  /** The criterion in force now on the node that the client waits for. */
  criterion: Criterion;
  node: NodeId;
  sinceAt: number;
  /** Whose failure it is: this client's link (the node still answers), the node, or the client's whole network. */
  scope: 'unknown' | 'own-link' | 'node' | 'network';
  detail: string;
}

/** The three conditions of one node, in the order in which they are checked, as far as they are known. */
export interface NodeView {
  node: NodeId;
  systemInfo: 'unknown' | 'in-service' | 'out-of-service' | 'unreachable';
  xmpp: 'none' | 'opening' | 'up';
  presence: 'unknown' | 'available' | 'unavailable';
  /** All three conditions hold. */
  available: boolean;
  /** When SystemInfo was last told, or null. */
  toldAt: number | null;
  detail: string;
  /** Its certificate was refused, for this reason: the node is not used until the application connects anew. */
  certificate?: CertificateProblem | undefined;
}

/** Where a client is: not connected, on its way, in service, in a failure, or done for good until it is connected anew. */
export type Status = 'idle' | 'connecting' | 'in-service' | 'failing' | 'ended';

/** One thing that the application is told, with the whole picture at that moment. */
export interface Announcement {
  at: number;
  /**
   * `connecting` first search, or asking anew after a sleep; `connected` all three conditions hold and the resync
   * has begun; `in-service` for the first time; `failing` a failure was told; `refined` more is known of it;
   * `moving` to the alternate; `recovered` in service again, after the resync; `node` a condition of a node changed;
   * `ended` latched; `closed` by the application.
   */
  kind:
    | 'connecting'
    | 'connected'
    | 'in-service'
    | 'failing'
    | 'refined'
    | 'moving'
    | 'recovered'
    | 'node'
    | 'ended'
    | 'closed';
  status: Status;
  /** The node that the client is on, or tries first. */
  node: NodeId;
  failure: Failure | null;
  ended: Ended | null;
  nodes: readonly NodeView[];
  why: string;
}

/** An entry of the decision log: the answer to "why am I on this node?". */
export interface Decision {
  at: number;
  node: NodeId;
  what: string;
  why: string;
}

/** What is known of one node. */
export interface NodeState {
  id: NodeId;
  systemInfo: NodeView['systemInfo'];
  heartbeat: 'success' | 'failure' | 'unknown';
  /** When and by what `systemInfo` was last told; null = never, or forgotten after a sleep. */
  toldAt: number | null;
  /** Since when every word about it was in-service. */
  inServiceSinceAt: number | null;
  /** Probes without a usable answer, in a row. */
  unanswered: number;
  /** The web host answers HTTP although the web app does not. */
  hostAnswers: boolean;
  detail: string;
  probe: { id: number; sentAt: number; deadlineAt: number } | null;
  nextProbeAt: number | null;
  /** How many polls have been made in the current failure: the exponent of their backoff. */
  polls: number;
  /** The server asked not to be bothered before (Retry-After). */
  notBeforeAt: number;
  /** When this client left the node because it failed (recent ones): the measure of flapping. */
  leftAt: readonly number[];
  /** A refused certificate: the node is not used until the application connects anew. */
  rejected: { detail: string; problem: CertificateProblem } | null;
}

/** The one XMPP connection. */
export interface LinkState {
  generation: number;
  node: NodeId;
  phase: 'opening' | 'up';
  /** When it was asked for; when it came up. */
  sinceAt: number;
  deadlineAt: number;
  presence: NodeView['presence'];
  /** SystemInfo was told since the connection, the presence or the end of a sleep: what was told before does not count. */
  verified: boolean;
  /** Since when `finesse` is unavailable, or its first presence overdue; null while neither. */
  unavailableAt: number | null;
  lastReceivedAt: number;
  /** 1 after the first strike: a second ping is out and SystemInfo is being asked. */
  strikes: 0 | 1;
  /** When the ping that is unanswered so far was sent. */
  pingAt: number | null;
  resync: 'needed' | 'running' | 'done';
  /** The resync whose result counts: an earlier one ended with the conditions under which it ran. */
  resyncId: number;
  resyncAt: number;
  resyncFailures: number;
  /** A completed resync has been made on this very connection before. */
  trusted: boolean;
}

/** The state of the core: plain data, never mutated from outside. */
export interface FailoverState {
  readonly settings: Settings;
  phase: 'idle' | 'running' | 'ended';
  status: Status;
  lastAt: number;
  random: number;
  deployment: Deployment;
  online: boolean;
  nodes: NodeState[];
  current: NodeId;
  link: LinkState | null;
  failure: Failure | null;
  /** When the search on the current node began (a failure told, a node joined, a sleep ended). */
  stageAt: number;
  /** A number in [0,1) drawn once per failure: this client's place in the crowd. */
  place: number;
  /** Until then the current node is not left for want of an XMPP connection. */
  patienceAt: number;
  /** XMPP attempts on the current node since it last was in service for long, and when the next may start. */
  attempts: number;
  nextAttemptAt: number;
  /** The current node is being asked once more before it is left: the probe that must answer, and since when it is known. */
  onceMore: { probe: number | null; answered: 'no' | 'down' | 'up'; at: number } | null;
  /** What ended the XMPP connection last, and when the node said to come back. */
  lastLoss: { cause: LossCause; detail: string; backAt: number | null } | null;
  /** In service since; null while not. */
  inServiceAt: number | null;
  everInService: boolean;
  connectedTold: boolean;
  nextGeneration: number;
  /** Counts probes and resyncs. */
  nextProbe: number;
  ended: Announcement['ended'];
  /** When the core wants to be stepped again if nothing happens before; null = it waits for nothing. */
  deadlineAt: number | null;
  log: readonly Decision[];
}
