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

type Details = Pick<StreamFailure, 'condition' | 'text' | 'retryAfterMs'>;

/** What all three kinds of XMPP errors have in common: a condition, perhaps a text, perhaps how long to stay away. */
function readDetails(error: Element, namespace: string): Details & { condition: string } {
  const condition = error.getChildElements().find((one) => one.name !== 'text' && one.getNS() === namespace);
  const seconds = error.getChild('retry-after', NS.overload)?.attrs.seconds ?? '';
  return {
    condition: condition?.name ?? 'undefined-condition',
    text: error.getChildText('text', namespace) ?? undefined,
    retryAfterMs: /^\d{1,6}(\.\d{1,3})?$/.test(seconds) ? Number(seconds) * 1000 : undefined,
  };
}

/** Reads `<stream:error>` (RFC 6120 4.9). */
export function readStreamError(error: Element): StreamFailure {
  const details = readDetails(error, NS.streams);
  const known = ['conflict', 'system-shutdown', 'resource-constraint', 'not-well-formed'] as const;
  const kind = known.find((name) => name === details.condition) ?? 'stream-error';
  return { kind, ...details };
}

/** Reads `<failure>` of SASL (RFC 6120 6.5). What may pass by itself is told apart from what will not. */
export function readSaslFailure(failure: Element): StreamFailure {
  const details = readDetails(failure, NS.sasl);
  switch (details.condition) {
    case 'not-authorized':
    case 'credentials-expired':
    case 'invalid-authzid':
      return { kind: 'unauthorized', ...details };
    case 'account-disabled':
      return { kind: 'account-disabled', ...details };
    case 'encryption-required':
      return { kind: 'tls-required', ...details };
    case 'invalid-mechanism':
    case 'mechanism-too-weak':
      return { kind: 'no-mechanism', ...details };
    default:
      return { kind: 'temporary-auth-failure', ...details };
  }
}

/** Reads the answer that refuses a resource or a session (RFC 6120 7.6.2, 7.7.2). */
export function readBindError(iq: Element): StreamFailure {
  const error = iq.getChild('error');
  if (error === undefined) return { kind: 'bind-failed', text: 'the server binds to no JID' };
  const details = readDetails(error, NS.stanzas);
  const known = ['conflict', 'resource-constraint'] as const;
  return { kind: known.find((name) => name === details.condition) ?? 'bind-failed', ...details };
}
