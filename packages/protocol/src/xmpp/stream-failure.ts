import type { Element } from '../ltx.js';
import { NS } from './namespaces.js';

/** Why a stream failed, as far as a client decides by it. `condition` is the wire's own name for it. */
export interface StreamFailure {
  kind:
    | 'unauthorized'
    | 'account-disabled'
    | 'temporary-auth-failure'
    | 'no-mechanism'
    | 'tls-required'
    | 'conflict'
    | 'system-shutdown'
    | 'resource-constraint'
    | 'stream-error'
    | 'bind-failed'
    | 'not-well-formed';
  condition?: string | undefined;
  text?: string | undefined;
  /** How long the server asks to be left alone. */
  retryAfterMs?: number | undefined;
}

function conditionOf(parent: Element, namespace: string): string {
  const child = parent.getChildElements().find((one) => one.name !== 'text' && one.getNS() === namespace);
  return child?.name ?? 'undefined-condition';
}

/** Reads `<stream:error>` (RFC 6120 4.9). */
export function readStreamError(error: Element): StreamFailure {
  const condition = conditionOf(error, NS.streams);
  const text = error.getChildText('text', NS.streams) ?? undefined;
  const seconds = Number(error.getChild('retry-after', NS.overload)?.attrs.seconds ?? Number.NaN);
  const retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
  const known = ['conflict', 'system-shutdown', 'resource-constraint', 'not-well-formed'] as const;
  const kind = known.find((name) => name === condition) ?? 'stream-error';
  return { kind, condition, text, retryAfterMs };
}

/** Reads `<failure>` of SASL (RFC 6120 6.5). What may pass by itself is told apart from what will not. */
export function readSaslFailure(failure: Element): StreamFailure {
  const condition = conditionOf(failure, NS.sasl);
  const text = failure.getChildText('text', NS.sasl) ?? undefined;
  switch (condition) {
    case 'not-authorized':
    case 'credentials-expired':
    case 'invalid-authzid':
      return { kind: 'unauthorized', condition, text };
    case 'account-disabled':
      return { kind: 'account-disabled', condition, text };
    case 'encryption-required':
      return { kind: 'tls-required', condition, text };
    case 'invalid-mechanism':
    case 'mechanism-too-weak':
      return { kind: 'no-mechanism', condition, text };
    default:
      return { kind: 'temporary-auth-failure', condition, text };
  }
}
