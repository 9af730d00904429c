import { TransportError } from './transport-error.js';
import type { HttpRequest, HttpResponse } from './types.js';

/**
 * Runs one HTTP exchange under the request's deadline and signal, and leaves neither a timer nor a listener behind.
 * `fromError` translates what the platform's own HTTP threw.
 */
export async function bounded(
  request: HttpRequest,
  exchange: (signal: AbortSignal, where: string) => Promise<HttpResponse>,
  fromError: (error: unknown, where: string) => TransportError,
): Promise<HttpResponse> {
  const where = new URL(request.url).host;
  const controller = new AbortController();
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    controller.abort();
  }, request.timeoutMs);
  const onAbort = () => controller.abort();
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted) controller.abort();
  try {
    return await exchange(controller.signal, where);
  } catch (error) {
    if (request.signal?.aborted) throw new TransportError('aborted', where);
    if (timedOut) throw new TransportError('timeout', `no answer within ${request.timeoutMs} ms (${where})`);
    throw fromError(error, where);
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
  }
}
