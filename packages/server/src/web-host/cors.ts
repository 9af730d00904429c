/**
 * Cross-origin rules (Fetch standard, "HTTP CORS protocol"). They live in the host, not in the web app: a browser client
 * must be able to read a 404 or 503 of the host as well, and the alternate node is another origin.
 */

/** What a browser client sends and reads beyond the safelisted headers. */
const REQUEST_HEADERS = 'authorization, content-type, requestid, accept';
const METHODS = 'GET, PUT, POST, DELETE, OPTIONS';
const EXPOSED = 'requestId, Retry-After, WWW-Authenticate';
/** Browsers cap it at two hours or less; ten minutes spare a preflight per request. */
const MAX_AGE_SECONDS = '600';

/** Headers to add to an answer to `origin`; none when that origin is not allowed or the request has none. */
export function corsHeaders(origin: string | undefined, allowed: readonly string[]): Record<string, string> {
  if (allowed.length === 0) return {};
  if (origin === undefined) return { vary: 'Origin' };
  if (!allowed.includes('*') && !allowed.includes(origin)) return { vary: 'Origin' };
  return {
    'access-control-allow-origin': origin,
    'access-control-expose-headers': EXPOSED,
    vary: 'Origin',
  };
}

/**
 * True for a request that another site's page makes a browser send with the credentials that it keeps (CSRF): one that
 * changes something, from an origin that is neither this host nor allowed. Clients that are no browsers name no origin.
 */
export function isForged(
  method: string | undefined,
  { origin, host }: { origin?: string | undefined; host?: string | undefined },
  allowed: readonly string[],
): boolean {
  if (origin === undefined || method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return false;
  if (allowed.includes('*') || allowed.includes(origin)) return false;
  // A page behind the same name; `null` (a sandboxed page, a file) is no URL.
  return !URL.canParse(origin) || new URL(origin).host !== host;
}

/** True for a preflight: an OPTIONS that names the method to come. */
export function isPreflight(method: string | undefined, headers: NodeJS.Dict<string | string[]>): boolean {
  return (
    method === 'OPTIONS' &&
    headers.origin !== undefined &&
    headers['access-control-request-method'] !== undefined
  );
}

/** Headers of the answer to a preflight, beside those of `corsHeaders`. */
export function preflightHeaders(): Record<string, string> {
  return {
    'access-control-allow-methods': METHODS,
    'access-control-allow-headers': REQUEST_HEADERS,
    'access-control-max-age': MAX_AGE_SECONDS,
  };
}
