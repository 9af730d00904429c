/** One look at one node, from outside: what a scheduled check needs. */
import { connect } from 'node:tls';
import {
  EndedError,
  FinesseClient,
  type NodeView,
  type Platform,
  probeSystemInfo,
  type SystemInfoAnswer,
} from '@finesse-ha/client';
import type { SystemInfo } from '@finesse-ha/protocol';
import type { Conditions } from './pair-state.js';

/** How to look. */
export interface LookOptions {
  /** For each question to the node. */
  timeoutMs: number;
  /** PEM. */
  ca?: string | undefined;
  /** Without them XMPP and presence are not looked at. */
  credentials?: { user: string; password: string } | undefined;
  transport?: 'websocket' | 'tcp' | undefined;
  /** Port of the WebSocket; undefined = as the node's release has it. */
  webSocketPort?: number | undefined;
  /** False: the certificate is not read; it costs a connection of its own. */
  certificate?: boolean | undefined;
}

/** What one look gave. What could not be told is null. */
export interface NodeLook {
  /** Origin of the REST URL. */
  node: string;
  conditions: Conditions;
  /** Empty where SystemInfo was read. */
  problem: string;
  systemInfo: SystemInfo | null;
  /** Of the GET of SystemInfo, connecting included. */
  roundTripMs: number | null;
  /**
   * The node's clock minus ours at half a round trip, by `currentTimestamp`; where there is no SystemInfo by the header
   * Date, to half a second.
   */
  clockSkewMs: number | null;
  /** Since the node last heard from CTI, by the node's own clock (`lastSuccessCTIHeartbeatTime`). */
  heartbeatAgeMs: number | null;
  /** `finesseMMode` or `ctiMMode` says that maintenance goes on (SystemInfo, since 12.6). */
  maintenance: boolean;
  /** Epoch milliseconds; null without TLS too. */
  certificateExpiresAt: number | null;
}

/** The credentials were refused: nothing about the node can be told from that. */
export class RefusedError extends Error {
  readonly kind = 'refused';
}

/**
 * Looks at SystemInfo, the certificate and, with credentials, the XMPP service and the presence of `finesse`. A node that
 * does not answer is a result, not an error.
 * @param node origin of its REST URL
 * @throws {RefusedError} when the credentials are refused
 */
export async function lookAtNode(platform: Platform, node: string, options: LookOptions): Promise<NodeLook> {
  const { timeoutMs, ca } = options;
  const startedAt = platform.now();
  const probed = measured(platform, node, { timeoutMs, ca });
  const [{ answer, systemInfo, dateAt }, answeredAt, certificateExpiresAt, xmpp] = await Promise.all([
    probed.answer,
    probed.answeredAt,
    options.certificate === false ? null : certificateExpiry(node, timeoutMs),
    options.credentials === undefined ? null : presenceOf(platform, node, options.credentials, options),
  ]);
  const told = systemInfo === null ? Number.NaN : Date.parse(systemInfo.currentTimestamp);
  // Date is cut off to a second: half of one is what it lacks on average.
  const clockAt = Number.isNaN(told) ? (dateAt === null ? null : dateAt + 500) : told;
  const heartbeatAt = systemInfo?.lastSuccessCTIHeartbeatTime;
  const roundTripMs = answeredAt - startedAt;
  const sinceAnswerMs = platform.now() - answeredAt;
  const askedAt = platform.wallNow() - sinceAnswerMs - roundTripMs / 2;
  return {
    node,
    conditions: {
      systemInfo: statusOf(answer),
      xmpp: xmpp?.xmpp ?? null,
      presence: xmpp?.presence ?? null,
    },
    problem: problemOf(answer, timeoutMs),
    systemInfo,
    roundTripMs: systemInfo === null ? null : roundTripMs,
    clockSkewMs: clockAt === null ? null : clockAt - askedAt,
    heartbeatAgeMs:
      heartbeatAt === undefined || heartbeatAt <= 0 || Number.isNaN(told)
        ? null
        : Math.max(0, told - heartbeatAt),
    maintenance: [systemInfo?.finesseMMode, systemInfo?.ctiMMode].some(isOn),
    certificateExpiresAt,
  };
}

/** The answer, and when it came (`platform.now()`). */
function measured(
  platform: Platform,
  node: string,
  options: { timeoutMs: number; ca: string | undefined },
): { answer: ReturnType<typeof probeSystemInfo>; answeredAt: Promise<number> } {
  const answer = probeSystemInfo(platform, node, options);
  return { answer, answeredAt: answer.then(() => platform.now()) };
}

/** The three conditions as the failover core of a client pinned to this node sees them. */
async function presenceOf(
  platform: Platform,
  node: string,
  credentials: { user: string; password: string },
  { timeoutMs, ca, transport, webSocketPort }: LookOptions,
): Promise<Pick<NodeView, 'xmpp' | 'presence'>> {
  const client = new FinesseClient({
    nodes: [node],
    learnAlternate: false,
    resync: 'presence-only',
    ...credentials,
    transport,
    ca,
    platform,
    notification: { webSocket: { port: webSocketPort } },
  });
  let last: Pick<NodeView, 'xmpp' | 'presence'> = { xmpp: 'none', presence: 'unknown' };
  const decided = new AbortController();
  client.on('availability', ({ announcement }) => {
    const view = announcement.nodes.find((one) => one.node === node);
    if (view === undefined || announcement.kind === 'closed') return;
    last = { xmpp: view.xmpp, presence: view.presence };
    if (view.xmpp === 'up' && view.presence === 'unavailable') decided.abort();
  });
  // Not AbortSignal.any of a timeout: Node 20 may collect such a signal before its time, and the watch would look no more.
  const timer = setTimeout(() => decided.abort(), timeoutMs);
  try {
    await client.connect({ signal: decided.signal });
  } catch (error) {
    if (error instanceof EndedError && (error.cause === 'unauthorized' || error.cause === 'license')) {
      throw new RefusedError(`${node} refuses user ${credentials.user}: ${error.message}`);
    }
  } finally {
    clearTimeout(timer);
    await client.close();
  }
  return last;
}

/** When the certificate that the node shows expires, whoever issued it. */
function certificateExpiry(node: string, timeoutMs: number): Promise<number | null> {
  const { protocol, hostname, port } = new URL(node);
  if (protocol !== 'https:') return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: port === '' ? 443 : Number(port),
      // Nothing is sent: the certificate is read even where it is the one thing that is wrong.
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const finish = (expiresAt: number | null) => {
      socket.destroy();
      resolve(expiresAt);
    };
    socket.once('secureConnect', () => {
      const expiresAt = Date.parse(socket.getPeerCertificate().valid_to);
      finish(Number.isNaN(expiresAt) ? null : expiresAt);
    });
    socket.once('timeout', () => finish(null));
    socket.once('error', () => finish(null));
  });
}

function statusOf(answer: SystemInfoAnswer): Conditions['systemInfo'] {
  if (answer.kind === 'status') return answer.status;
  return answer.kind === 'http-error' && answer.httpStatus === 503 ? 'out-of-service' : 'unreachable';
}

function problemOf(answer: SystemInfoAnswer, timeoutMs: number): string {
  switch (answer.kind) {
    case 'status':
      return '';
    case 'http-error':
      return answer.httpStatus === 503 ? 'HTTP 503' : `HTTP ${answer.httpStatus} instead of SystemInfo`;
    case 'timeout':
      return `no answer within ${timeoutMs / 1_000} s`;
    case 'certificate':
      return `the certificate is refused: ${answer.detail}`;
    case 'unreachable':
      return answer.detail;
  }
}

/** A maintenance that goes on; COMPLETED and FAILED are over (admin guide, `utils finesse maintenance`). */
function isOn(mode: string | undefined): boolean {
  return mode === 'INITIATING' || mode === 'IN_PROGRESS';
}
