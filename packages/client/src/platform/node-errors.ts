import type { CertificateProblem } from '@finesse-ha/failover';
import { TransportError, type TransportErrorKind } from './transport-error.js';

const kinds: Readonly<Record<string, TransportErrorKind>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ECONNABORTED: 'reset',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  EHOSTDOWN: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENETDOWN: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  ETIMEDOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_SOCKET: 'closed',
  UND_ERR_ABORTED: 'aborted',
};

/** OpenSSL's verification errors as Node names them (Node, TLS, "X509 certificate error codes"), and what they are to an administrator. */
const certificateProblems: Readonly<Record<string, CertificateProblem>> = {
  CERT_HAS_EXPIRED: 'expired',
  CERT_NOT_YET_VALID: 'not-yet-valid',
  ERR_TLS_CERT_ALTNAME_INVALID: 'wrong-host',
  HOSTNAME_MISMATCH: 'wrong-host',
  SELF_SIGNED_CERT_IN_CHAIN: 'unknown-issuer',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT: 'unknown-issuer',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'unknown-issuer',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'unknown-issuer',
  CERT_UNTRUSTED: 'unknown-issuer',
  INVALID_CA: 'unknown-issuer',
  CERT_REVOKED: 'revoked',
  CERT_REJECTED: 'other',
  CERT_SIGNATURE_FAILURE: 'other',
  CERT_CHAIN_TOO_LONG: 'other',
  PATH_LENGTH_EXCEEDED: 'other',
  INVALID_PURPOSE: 'other',
  ERROR_IN_CERT_NOT_BEFORE_FIELD: 'other',
  ERROR_IN_CERT_NOT_AFTER_FIELD: 'other',
  UNABLE_TO_DECRYPT_CERT_SIGNATURE: 'other',
  UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY: 'other',
  ERR_TLS_CERT_ALTNAME_FORMAT: 'other',
};

const problemWords: Readonly<Record<CertificateProblem, string>> = {
  expired: 'expired',
  'not-yet-valid': 'not yet valid',
  'unknown-issuer': 'unknown issuer',
  'wrong-host': 'wrong host',
  revoked: 'revoked',
  other: 'refused',
};

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** What Node, undici or ws threw, told in the client's terms. `where` names the peer. */
export function fromNodeError(error: unknown, where: string): TransportError {
  if (error instanceof TransportError) return error;
  // Happy eyeballs: one error per address tried. The last is as good as any.
  if (error instanceof AggregateError && error.errors.length > 0) {
    return fromNodeError(error.errors.at(-1), where);
  }
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const problem = certificateProblems[code];
  if (problem !== undefined) {
    const detail = `${problemWords[problem]}: ${message} (${where})`;
    return new TransportError('certificate', detail, { certificate: problem });
  }
  if (error instanceof Error && error.name === 'AbortError') return new TransportError('aborted', where);
  const kind = kinds[code];
  if (kind !== undefined) return new TransportError(kind, `${message} (${where})`);
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined && cause !== null) return fromNodeError(cause, where);
  return new TransportError('protocol', `${message} (${where})`);
}
