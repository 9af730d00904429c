import type { CertificateProblem, EndCause } from '@finesse-ha/failover';
import type { ApiErrors } from '@finesse-ha/protocol';
import type { TransportError } from './platform/transport-error.js';

/** An option that cannot be used. `option` names it the way the application wrote it, such as `nodes[1]`. */
export class OptionError extends Error {
  readonly kind = 'option';
  readonly option: string;
  constructor(option: string, problem: string) {
    super(`option ${option}: ${problem}`);
    this.name = 'OptionError';
    this.option = option;
  }
}

/** The client stopped for good: trying again would not help, or would harm. `connect()` starts it anew. */
export class EndedError extends Error {
  readonly kind = 'ended';
  /** `unauthorized`, `license`, `certificate`, `conflict` (the agent is connected elsewhere), or `closed`. */
  override readonly cause: EndCause | 'closed';
  readonly node: string;
  readonly detail: string;
  /** With cause `certificate`: what is wrong with it. */
  readonly certificate: CertificateProblem | undefined;
  constructor(
    cause: EndCause | 'closed',
    node: string,
    detail: string,
    certificate?: CertificateProblem | undefined,
  ) {
    super(`${endSentence[cause]} (${node}): ${detail}`);
    this.name = 'EndedError';
    this.cause = cause;
    this.node = node;
    this.detail = detail;
    this.certificate = certificate;
  }
}

const endSentence: Readonly<Record<EndCause | 'closed', string>> = {
  unauthorized: 'the user name or password was refused',
  license: 'the agent has no licence',
  certificate: "the node's certificate was refused",
  conflict: 'the same agent connected elsewhere',
  closed: 'the client was closed',
};

/** REST did not give what was asked for. */
export class RestError extends Error {
  /** `transport`: no answer; `http`: an error status; `malformed`: an answer that is not what Finesse answers. */
  readonly kind: 'transport' | 'http' | 'malformed';
  readonly status: number | undefined;
  /** What the body said, where it was `ApiErrors`. */
  readonly apiErrors: ApiErrors | undefined;
  readonly retryAfterMs: number | undefined;
  /** With kind `transport`: what was in the way, a certificate or an outage, by its kind. */
  override readonly cause: TransportError | undefined;
  /** The request certainly never reached the web app, so nothing came of it. */
  readonly unsent: boolean;

  constructor(
    kind: 'transport' | 'http' | 'malformed',
    message: string,
    facts: {
      status?: number | undefined;
      apiErrors?: ApiErrors | undefined;
      retryAfterMs?: number | undefined;
      unsent?: boolean;
      cause?: TransportError;
    } = {},
  ) {
    super(message);
    this.name = 'RestError';
    this.kind = kind;
    this.status = facts.status;
    this.apiErrors = facts.apiErrors;
    this.retryAfterMs = facts.retryAfterMs;
    this.cause = facts.cause;
    this.unsent = facts.unsent ?? false;
  }
}

/** What is known of an action's effect when its promise rejects. */
export type ActionOutcome = 'applied' | 'not-applied' | 'unknown';

/**
 * Why an action's promise rejected: `refused` by Finesse or the CTI server (`apiErrors` says why), `interrupted` by a
 * failure, `timeout` without a failure, `not-in-service` (nothing was sent), `aborted` by the application's signal.
 */
export type ActionErrorKind = 'refused' | 'interrupted' | 'timeout' | 'not-in-service' | 'aborted';

/** An action that did not do what was asked, or of which that is not known. It is never repeated by itself. */
export class ActionError extends Error {
  readonly kind: ActionErrorKind;
  readonly requestId: string;
  /** With `interrupted`: what the fetch after the failure showed, or `unknown`. */
  readonly outcome: ActionOutcome;
  readonly apiErrors: ApiErrors | undefined;
  readonly httpStatus: number | undefined;

  constructor(
    kind: ActionErrorKind,
    message: string,
    facts: {
      requestId: string;
      outcome: ActionOutcome;
      apiErrors?: ApiErrors | undefined;
      httpStatus?: number | undefined;
    },
  ) {
    super(message);
    this.name = 'ActionError';
    this.kind = kind;
    this.requestId = facts.requestId;
    this.outcome = facts.outcome;
    this.apiErrors = facts.apiErrors;
    this.httpStatus = facts.httpStatus;
  }
}
