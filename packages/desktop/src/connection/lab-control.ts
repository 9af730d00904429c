/** The faults of a lab, as its control tells of them (`@finesse-ha/lab`, `PageControlState`). */
export interface LabState {
  readonly scenarios: readonly { readonly name: string; readonly variants: readonly string[] }[];
  readonly broken: readonly LabFault[];
}

export interface LabFault {
  readonly scenario: string;
  readonly node: string;
  readonly variant: string;
}

/** The lab's own answer when it refuses, or that it is not there. */
export class LabControlError extends Error {
  readonly kind = 'lab-control';
  constructor(problem: string, options?: ErrorOptions) {
    super(problem, options);
    this.name = 'LabControlError';
  }
}

/** What can be broken, and what is. @throws {LabControlError} */
export function labState(controlUrl: string, signal?: AbortSignal): Promise<LabState> {
  return ask(`${controlUrl}state`, signal === undefined ? {} : { signal });
}

/** Resolves when it is broken. @throws {LabControlError} */
export function breakIt(controlUrl: string, fault: LabFault): Promise<LabState> {
  return post(`${controlUrl}faults`, fault);
}

/** Resolves when it is mended. @throws {LabControlError} */
export function mend(controlUrl: string, fault: LabFault): Promise<LabState> {
  return post(`${controlUrl}heal`, fault);
}

function post(url: string, body: object): Promise<LabState> {
  return ask(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function ask(url: string, init: RequestInit): Promise<LabState> {
  let answer: Response;
  let value: Partial<LabState> & { error?: string };
  try {
    answer = await fetch(url, { ...init, credentials: 'omit', cache: 'no-store' });
    value = await answer.json();
  } catch (error) {
    throw new LabControlError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  const { scenarios, broken } = value;
  if (!answer.ok || scenarios === undefined || broken === undefined) {
    throw new LabControlError(value.error ?? `HTTP ${answer.status}`);
  }
  return { scenarios, broken };
}
