import { controlFailureName } from './values.js';

/**
 * A request that had no success. `control-failure`: the CTI server refused it; `lost`: the session ended before an
 * answer, so whether it was carried out is unknown; `timeout`: no answer within the request's time.
 */
export class CtiRequestError extends Error {
  readonly kind: 'control-failure' | 'lost' | 'timeout';
  /** ControlFailureCode, or 0. */
  readonly failureCode: number;
  readonly failureName: string;
  constructor(kind: 'control-failure' | 'lost' | 'timeout', message: string, failureCode = 0) {
    super(message);
    this.name = 'CtiRequestError';
    this.kind = kind;
    this.failureCode = failureCode;
    this.failureName = kind === 'control-failure' ? controlFailureName(failureCode) : '';
  }
}
