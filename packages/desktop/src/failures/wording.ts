import { ActionError, EndedError, OptionError, RestError } from '@finesse-ha/client';
import type { ApiErrors } from '@finesse-ha/protocol';
import { strings } from '../strings/index.js';

/** What somebody is told of something that did not work. */
export interface Wording {
  readonly title: string;
  readonly detail: string;
}

/** What was tried, by the name of its texts. */
export type Attempt = keyof typeof strings.failure.title;

/** Why an action did not work, for people. */
export function actionWording(attempt: Attempt, error: unknown): Wording {
  return { title: strings.failure.title[attempt], detail: actionDetail(error) };
}

function actionDetail(error: unknown): string {
  const { failure } = strings;
  if (error instanceof RestError) return refusal(error.apiErrors) ?? failure.other(error.message);
  if (!(error instanceof ActionError)) return failure.other(messageOf(error));
  switch (error.kind) {
    case 'refused':
      return refusal(error.apiErrors) ?? failure.refusedPlain;
    case 'interrupted':
      return {
        applied: failure.interruptedApplied,
        'not-applied': failure.interruptedNot,
        unknown: failure.interruptedUnknown,
      }[error.outcome];
    case 'timeout':
      return failure.timeout;
    case 'not-in-service':
      return failure.notInService;
    case 'aborted':
      return failure.other(error.message);
  }
}

/** The action was done although its promise rejected: nothing that anybody must be told as a failure. */
export function wasDone(error: unknown): boolean {
  return error instanceof ActionError && error.outcome === 'applied';
}

function refusal(apiErrors: ApiErrors | undefined): string | null {
  const [first] = apiErrors?.errors ?? [];
  if (first === undefined) return null;
  const said = strings.failure.type[first.errorType] ?? first.errorType;
  return strings.failure.refused(first.errorMessage === '' ? said : `${said} (${first.errorMessage})`);
}

/** Why a sign-in did not work, and which of the fields it is about. */
export function signInWording(error: unknown): Wording & { field: 'user' | 'password' | 'extension' | null } {
  const { signInError } = strings;
  if (error instanceof EndedError) {
    return { ...signInError[error.cause], field: error.cause === 'unauthorized' ? 'password' : null };
  }
  if (error instanceof OptionError) {
    const field = error.option === 'user' || error.option === 'extension' ? error.option : null;
    return { ...signInError.option(error.message), field };
  }
  if (error instanceof ActionError && error.kind === 'refused') {
    const types = error.apiErrors?.errors.map(({ errorType }) => errorType) ?? [];
    if (types.some((type) => type === 'Invalid Device' || type === 'Device Busy')) {
      return { ...signInError.device, field: 'extension' };
    }
  }
  return { ...signInError.other(actionDetail(error)), field: null };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
