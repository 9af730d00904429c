import type { SystemInfoAnswer } from '@finesse-ha/failover';
import { parseSystemInfo, type SystemInfo } from '@finesse-ha/protocol';
import { parseRetryAfter, toTransportError } from './platform/transport-error.js';
import type { HttpResponse, Platform } from './platform/types.js';

/** How one GET of SystemInfo is made. `ca`: certificates (PEM) to trust besides the system's. */
export interface ProbeOptions {
  timeoutMs: number;
  ca?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** What one GET of SystemInfo gave: the answer in the core's terms, and SystemInfo itself where there was one. */
export interface ProbeResult {
  answer: SystemInfoAnswer;
  systemInfo: SystemInfo | null;
  /** Header Date (RFC 9110 6.6.1) of whatever answer there was, epoch milliseconds, in whole seconds. */
  dateAt: number | null;
}

/**
 * Asks a node for its SystemInfo, which needs no credentials. Never rejects: whatever goes wrong is an answer too. An
 * abort by `signal` gives `unreachable`, for a caller that no longer listens.
 */
export async function probeSystemInfo(
  platform: Platform,
  origin: string,
  { timeoutMs, ca, signal }: ProbeOptions,
): Promise<ProbeResult> {
  try {
    const response = await platform.request({
      method: 'GET',
      url: `${origin}/finesse/api/SystemInfo`,
      headers: { accept: 'application/xml' },
      timeoutMs,
      signal,
      ca,
    });
    const dateAt = Date.parse(response.headers.date ?? '');
    return { ...readAnswer(response, platform.wallNow()), dateAt: Number.isNaN(dateAt) ? null : dateAt };
  } catch (thrown) {
    const { kind, detail, certificate } = toTransportError(thrown);
    if (kind === 'timeout') return failed({ kind: 'timeout' });
    if (kind === 'certificate') return failed({ kind: 'certificate', detail, problem: certificate });
    return failed({ kind: 'unreachable', detail: `${kind}: ${detail}` });
  }
}

/** Two readings of "not in service" are allowed: 200 with a status, and 503 (reference/finesse.md 3.2). */
function readAnswer(response: HttpResponse, wallNow: number): Omit<ProbeResult, 'dateAt'> {
  if (response.status !== 200) {
    const retryAfterMs = parseRetryAfter(response.headers['retry-after'], wallNow);
    return failed({ kind: 'http-error', httpStatus: response.status, retryAfterMs });
  }
  let systemInfo: SystemInfo;
  try {
    systemInfo = parseSystemInfo(response.body);
  } catch {
    // Something answers HTTP, but not the web app.
    return failed({ kind: 'http-error', httpStatus: response.status });
  }
  return { systemInfo, answer: statusAnswer(systemInfo) };
}

function statusAnswer(systemInfo: SystemInfo): SystemInfoAnswer {
  const { lastCTIHeartbeatStatus, deploymentType } = systemInfo;
  return {
    kind: 'status',
    // PARTIAL_SERVICE rejects requests just as OUT_OF_SERVICE does (dev guide, API errors).
    status: systemInfo.status === 'IN_SERVICE' ? 'in-service' : 'out-of-service',
    heartbeat:
      lastCTIHeartbeatStatus === 'success' || lastCTIHeartbeatStatus === 'failure'
        ? lastCTIHeartbeatStatus
        : 'unknown',
    deployment: deploymentType === 'UCCE' || deploymentType === 'UCCX' ? deploymentType : undefined,
  };
}

function failed(answer: SystemInfoAnswer): ProbeResult {
  return { answer, systemInfo: null, dateAt: null };
}
