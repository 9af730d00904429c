/** What CTI refused, in the words of Finesse's asynchronous errors (dev guide 12.5 p.30; user-change-agent-state). */
import { CtiRequestError } from '@finesse-ha/cti';

/** The parts of an `apiError` in a notification. */
export interface CtiFailure {
  /** `errorType` */
  readonly type: string;
  /** `errorData`: CTI's code where CTI refused. */
  readonly data: string;
  /** `errorMessage`: the code's name. */
  readonly message: string;
}

/** It cannot even be put to CTI as things stand ("Generic Error", dev guide 12.5 p.86). */
export class NotPossibleError extends Error {
  readonly kind = 'not-possible';
}

/** The node lost its CTI session over the request: whether it was carried out is unknown. */
const INTERRUPTED: CtiFailure = { type: 'Service Unavailable', data: '', message: 'SERVER_OUT_OF_SERVICE' };
const NO_ANSWER: CtiFailure = { type: 'Internal Server Error', data: '', message: 'CTI_REQUEST_TIMEOUT' };

/**
 * ControlFailureCodes (GED-188 ControlFailureCode table) that have a type of their own in Finesse. Which code makes which
 * type is documented only for 257, 265 and 1010 (Invalid State) and by name for devices; the rest follows those.
 */
const TYPES: Readonly<Record<number, string>> = {
  5: 'Invalid Device',
  10: 'Device Busy',
  21: 'Invalid State',
  22: 'Invalid State',
  33: 'Device Busy',
  34: 'Invalid Device',
  256: 'Invalid Input',
  257: 'Invalid State',
  258: 'Invalid Input',
  259: 'Invalid State',
  260: 'Invalid Device',
  265: 'Invalid State',
  266: 'Invalid Input',
  281: 'Parameter Missing',
  283: 'Device Busy',
  287: 'Invalid Device',
  1010: 'Invalid State',
};

/** Describes why a request on a call failed: every refusal of CTI has one type (dialog-cti-error-notification). */
export function describeCallFailure(error: unknown): CtiFailure {
  if (error instanceof NotPossibleError) return { type: 'Generic Error', data: '', message: error.message };
  const failure = describeFailure(error);
  const refused = error instanceof CtiRequestError && error.kind === 'control-failure';
  return refused ? { ...failure, type: 'Call Operation Failure' } : failure;
}

/** Describes why a CTI request failed. */
export function describeFailure(error: unknown): CtiFailure {
  if (!(error instanceof CtiRequestError)) return NO_ANSWER;
  switch (error.kind) {
    case 'control-failure':
      return {
        type: TYPES[error.failureCode] ?? 'Generic Error',
        data: String(error.failureCode),
        message: error.failureName,
      };
    case 'lost':
      return INTERRUPTED;
    case 'timeout':
      return NO_ANSWER;
  }
}
