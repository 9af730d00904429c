import type { CertificateProblem, LossCause } from '@finesse-ha/failover';
import type { StreamFailure } from '@finesse-ha/protocol';
import type { TransportError } from './platform/transport-error.js';

/** Why an XMPP connection ended or could not be made, in the core's terms. */
export interface XmppLoss {
  cause: LossCause;
  detail: string;
  retryAfterMs?: number | undefined;
  /** With cause `certificate`. */
  problem?: CertificateProblem | undefined;
}

/**
 * The meaning of a failed XMPP stream. A resource that is taken, before or after the login, is another client's, and
 * latches, unless `ownSessionMayLinger`: then it is this client's own, a ghost of its last connection or one that comes late, which
 * passes.
 */
export function lossOfFailure(failure: StreamFailure, ownSessionMayLinger: boolean): XmppLoss {
  const detail = describe(failure);
  switch (failure.kind) {
    case 'unauthorized':
      return { cause: 'unauthorized', detail };
    case 'account-disabled':
      // How the notification service refuses an agent for whom there is no licence.
      return { cause: 'license', detail };
    case 'conflict':
      return { cause: ownSessionMayLinger ? 'protocol' : 'conflict', detail };
    case 'system-shutdown':
      return { cause: 'system-shutdown', detail };
    case 'resource-constraint':
      return { cause: 'overloaded', detail, retryAfterMs: failure.retryAfterMs };
    case 'temporary-auth-failure':
      // The directory behind the login is down, which says nothing of the password.
      return { cause: 'overloaded', detail, retryAfterMs: failure.retryAfterMs };
    case 'stream-error':
      return { cause: failure.condition === 'connection-timeout' ? 'timeout' : 'protocol', detail };
    case 'bind-failed':
    case 'no-mechanism':
    case 'tls-required':
    case 'not-well-formed':
      return { cause: 'protocol', detail };
    default:
      return failure.kind satisfies never;
  }
}

function describe({ kind, condition, text }: StreamFailure): string {
  const words = [kind as string];
  if (condition !== undefined && condition !== kind) words.push(`(${condition})`);
  return text === undefined || text === '' ? words.join(' ') : `${words.join(' ')}: ${text}`;
}

/** The meaning of a broken or refused connection below XMPP. */
export function lossOfTransport(error: TransportError): XmppLoss {
  const { detail } = error;
  switch (error.kind) {
    case 'refused':
    case 'unreachable':
    case 'reset':
    case 'closed':
    case 'timeout':
      return { cause: error.kind, detail };
    case 'certificate':
      return { cause: error.kind, detail, problem: error.certificate };
    case 'http':
      return error.httpStatus === 503 || error.httpStatus === 429
        ? { cause: 'overloaded', detail, retryAfterMs: error.retryAfterMs }
        : { cause: 'protocol', detail };
    case 'aborted':
    case 'protocol':
      return { cause: 'protocol', detail };
    default:
      return error.kind satisfies never;
  }
}
