import type { CertificateProblem } from '@finesse-ha/failover';

/** What went wrong below HTTP or XMPP. `http`: a WebSocket upgrade was answered with an HTTP error. */
export type TransportErrorKind =
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'closed'
  | 'timeout'
  | 'certificate'
  | 'aborted'
  | 'protocol'
  | 'http';

/** A connection that could not be made or broke. `detail` is one sentence for people; it never holds credentials. */
export class TransportError extends Error {
  readonly kind: TransportErrorKind;
  readonly detail: string;
  /** With kind `http`: the status of the answer; undefined where the platform hides it. */
  readonly httpStatus: number | undefined;
  readonly retryAfterMs: number | undefined;
  /** With kind `certificate`: what is wrong with it. Browsers never tell; to them it is `unreachable`. */
  readonly certificate: CertificateProblem | undefined;

  constructor(
    kind: TransportErrorKind,
    detail: string,
    facts: {
      status?: number | undefined;
      retryAfterMs?: number | undefined;
      certificate?: CertificateProblem | undefined;
    } = {},
  ) {
    super(`${kind}: ${detail}`);
    this.name = 'TransportError';
    this.kind = kind;
    this.detail = detail;
    this.httpStatus = facts.status;
    this.retryAfterMs = facts.retryAfterMs;
    this.certificate = facts.certificate;
  }
}

/**
 * Whatever a platform threw, as a `TransportError`. Told by its shape and not by its class: a platform may come from
 * another copy of this package (a bundle, a simulator).
 */
export function toTransportError(thrown: unknown): TransportError {
  if (thrown instanceof TransportError) return thrown;
  if (thrown instanceof Error && thrown.name === 'TransportError' && 'kind' in thrown && 'detail' in thrown) {
    return thrown as TransportError;
  }
  return new TransportError('protocol', thrown instanceof Error ? thrown.message : String(thrown));
}

/** Reads a `Retry-After` header, which holds seconds or an HTTP date (RFC 9110 10.2.3). */
export function parseRetryAfter(value: string | undefined, wallNow: number): number | undefined {
  if (value === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(value)) return Number(value) * 1_000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - wallNow);
}
