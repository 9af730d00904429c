/** The REST API's frame: who gets in, in which order requests are refused, and how every refusal looks. */
import fastify, {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type HTTPMethods,
} from 'fastify';
import { type Accounts, type Caller, isAdministrator, isSecret } from './auth.js';
import type { NodeConfig } from './config.js';
import {
  ApiError,
  accountLocked,
  badRequest,
  forbidden,
  internalError,
  methodNotAllowed,
  notFound,
  outOfService,
  unauthorized,
} from './errors.js';
import { PEER_SECRET_HEADER } from './peer.js';
import { formatApiError } from './representations.js';
import type { ServiceStatus } from './status.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Whose credentials the request carries; set on everything but SystemInfo and the peer's question. */
    caller: Caller | undefined;
  }
  interface FastifyContextConfig {
    /** Who may use the resource; users with their credentials when absent. */
    access?: Access;
  }
}

/**
 * Whom a resource is open to: `anyone`, or the `peer` node with its secret, or `users` while in service, or `administrators`
 * at any time.
 */
export type Access = 'anyone' | 'peer' | 'users' | 'administrators';

/** A request that was answered, as a log tells of it. Never a header but the requestId. */
export interface Answered {
  readonly requestId: string | undefined;
  readonly user: string | undefined;
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** From its arrival in the web app to the answer. */
  readonly tookMs: number;
}

/** What the frame needs of the rest of the web app. */
export interface RestContext {
  readonly config: NodeConfig;
  readonly status: ServiceStatus;
  readonly accounts: Accounts;
  /** Takes note of every answer. */
  onAnswered(answered: Answered): void;
  /** Takes an error that is the server's own fault. */
  onInternalError(error: Error, url: string): void;
}

/** Handlers of one resource by method. */
export type ResourceHandlers = Partial<
  Record<'GET' | 'PUT' | 'POST' | 'DELETE', (request: FastifyRequest, reply: FastifyReply) => unknown>
>;

/** Content type of every answer (dev guide 12.5 p.7). */
export const XML = 'application/xml;charset=utf-8';
const METHODS: HTTPMethods[] = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS'];
/** A requestId is echoed and published; Cisco states no bound. */
const MAX_REQUEST_ID = 256;

/** Builds the frame; `resource` then fills it. Requests come in through `inject`, there is no listener. */
export function createRestApi(context: RestContext): FastifyInstance {
  const api = fastify({
    logger: false,
    routerOptions: { ignoreTrailingSlash: true },
    bodyLimit: context.config.limits.bodyBytes,
    frameworkErrors: (error, request, reply) => refuse(context, error, request, reply),
  });
  api.decorateRequest('caller', undefined);
  api.removeAllContentTypeParsers();
  api.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  api.addHook('onRequest', (request, _reply, done) => {
    admit(context, request);
    done();
  });
  api.addHook('onResponse', (request, reply, done) => {
    context.onAnswered({
      requestId: shortRequestId(request),
      user: request.caller?.id,
      method: request.method,
      path: path(request),
      status: reply.statusCode,
      tookMs: Math.round(reply.elapsedTime),
    });
    done();
  });
  api.setErrorHandler((error, request, reply) => refuse(context, error, request, reply));
  api.setNotFoundHandler((request, reply) => refuse(context, notFound(path(request)), request, reply));
  return api;
}

/** Adds a resource; the methods that it lacks are answered with 405. */
export function resource(
  api: FastifyInstance,
  url: string,
  handlers: ResourceHandlers,
  access: Access = 'users',
): void {
  const allowed: string[] = [];
  for (const [method, handler] of Object.entries(handlers)) {
    api.route({ method: method as 'GET', url, config: { access }, handler });
    allowed.push(method);
  }
  const answered = new Set([...allowed, ...(handlers.GET === undefined ? [] : ['HEAD'])]);
  api.route({
    method: METHODS.filter((method) => !answered.has(method)),
    url,
    config: { access },
    handler: (request) => {
      throw methodNotAllowed(request.method, allowed);
    },
  });
}

/** Answers with an XML document. */
export function sendXml(reply: FastifyReply, document: string, status = 200): FastifyReply {
  return reply.code(status).type(XML).send(document);
}

/** The caller, on a resource that is never reached without one. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === undefined) throw unauthorized('');
  return request.caller;
}

/** The caller's requestId header, empty when there is none. */
export function requestIdOf(request: FastifyRequest): string {
  const value = request.headers.requestid;
  if (typeof value !== 'string') return '';
  if (value.length > MAX_REQUEST_ID) {
    throw badRequest(`The requestId header is longer than ${MAX_REQUEST_ID} characters`);
  }
  return value;
}

/**
 * Refuses before anything is looked at, in this order: out of service, who are you.
 * @throws ApiError
 */
function admit(context: RestContext, request: FastifyRequest): void {
  // Asked of the matched route, not of the URL: a URL has many spellings.
  const access = request.routeOptions.config?.access;
  if (access === 'anyone') return;
  if (access === 'peer') {
    const given = request.headers[PEER_SECRET_HEADER];
    if (isSecret(typeof given === 'string' ? given : undefined, context.config.secret)) return;
    // Without the secret there is nothing here.
    throw notFound(path(request));
  }
  if (access !== 'administrators' && !context.status.inService)
    throw outOfService(context.config.retryAfterSeconds);
  const identified = context.accounts.identify(request.headers.authorization);
  if (identified.ok) request.caller = identified.caller;
  else if (identified.cause === 'locked') throw accountLocked(identified.user, identified.retryAfterMs);
  else throw unauthorized(identified.user);
  if (access === 'administrators' && !isAdministrator(identified.caller))
    throw forbidden(identified.caller.id);
}

function path(request: FastifyRequest): string {
  const query = request.url.indexOf('?');
  return query === -1 ? request.url : request.url.slice(0, query);
}

/** The requestId where it is one that may be echoed. */
function shortRequestId(request: FastifyRequest): string | undefined {
  const requestId = request.headers.requestid;
  return typeof requestId === 'string' && requestId.length <= MAX_REQUEST_ID ? requestId : undefined;
}

function refuse(
  context: RestContext,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const refusal = asApiError(context, error, request);
  const requestId = shortRequestId(request);
  if (requestId !== undefined) reply.header('requestId', requestId);
  reply.headers({ ...refusal.headers });
  return sendXml(reply, formatApiError(refusal), refusal.status);
}

/** Fastify's own refusals (a bad URL, a body that is not what its header says) are the client's fault and say so. */
function asApiError(context: RestContext, error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  const fault = error instanceof Error ? error : new Error(String(error));
  const status = 'statusCode' in fault ? fault.statusCode : undefined;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return new ApiError(status, 'Bad Request', '', fault.message);
  }
  context.onInternalError(fault, request.url);
  return internalError();
}
