/** Which client's request is being carried out: known to everything that is called for it, however deep. */
import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage<string>();

/** Runs `task` for the request with this requestId; an empty one is nobody's. */
export function onBehalfOf<T>(requestId: string, task: () => T): T {
  return requests.run(requestId, task);
}

/** The requestId of what is being carried out, empty when no client asked for it or gave it none. */
export function requestIdHere(): string {
  return requests.getStore() ?? '';
}
