/** Errors of the REST API: Finesse's ApiErrors with its status codes and types (dev guide 12.5 p.7; user-api-errors). */

/** What a request is refused with. The names of the types and messages are Cisco's where Cisco documents one. */
export class ApiError extends Error {
  readonly kind = 'api';
  /** HTTP status. */
  readonly status: number;
  /** `ErrorType`. */
  readonly type: string;
  /** `ErrorData`: what the error is about. */
  readonly data: string;
  /** Extra response headers. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    status: number,
    type: string,
    data: string,
    message: string,
    headers: Record<string, string> = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.data = data;
    this.headers = headers;
  }
}

/** 400: a parameter that must be there is not. */
export function parameterMissing(name: string): ApiError {
  const title = name.charAt(0).toUpperCase() + name.slice(1);
  return new ApiError(400, 'Parameter Missing', name, `${title} Parameter missing`);
}

/** 400: a parameter has a value that is not allowed. */
export function invalidInput(name: string, problem: string): ApiError {
  return new ApiError(400, 'Invalid Input', name, problem);
}

/** 400: the body is not what it should be. */
export function badRequest(problem: string): ApiError {
  return new ApiError(400, 'Bad Request', '', problem);
}

/** 400: as many messages as a team can have are shown already (dev guide 12.5 p.202). */
export function tooManyMessages(): ApiError {
  return new ApiError(
    400,
    'System Resource Limit Exceeded',
    'teammessage.max.limit.exceeded',
    'MAX_ACTIVE_MESSAGE_LIMIT_EXCEEDED',
  );
}

/** 401: no or wrong credentials. */
export function unauthorized(user: string): ApiError {
  return new ApiError(401, 'Authorization Failure', user, 'UNAUTHORIZED', {
    'www-authenticate': 'Basic realm="Cisco Finesse", charset="UTF-8"',
  });
}

/** 401: too many wrong passwords; even the right one is refused for a while. */
export function accountLocked(user: string, retryAfterMs: number): ApiError {
  return new ApiError(
    401,
    'Authorization Failure',
    user,
    'The account is locked after repeated wrong passwords',
    {
      'www-authenticate': 'Basic realm="Cisco Finesse", charset="UTF-8"',
      'retry-after': String(Math.ceil(retryAfterMs / 1_000)),
    },
  );
}

/** 401: the credentials are right, but they are not for this user. */
export function otherUser(userId: string): ApiError {
  return new ApiError(
    401,
    'Invalid Authorization User Specified',
    userId,
    "The user specified in the authentication credentials and the uri don't match",
  );
}

/** 401: the credentials are right, but only an administrator may, or who the object is assigned to. */
export function notAuthorized(userId: string): ApiError {
  return new ApiError(401, 'Authorization Failure', userId, 'UNAUTHORIZED');
}

/** 403: only an administrator may ("ConnectedUsersInfo API Errors"). */
export function forbidden(userId: string): ApiError {
  return new ApiError(403, 'Forbidden', userId, 'Only an administrator may do that');
}

/** 403: configuration is changed on the primary node only ("ReasonCode API Errors"). */
export function forbiddenOnSecondary(): ApiError {
  return new ApiError(403, 'Forbidden', '', 'Configuration is changed on the primary node');
}

/** 400: it contradicts what is configured already ("ReasonCode API Errors"). */
export function finesseApiError(problem: string): ApiError {
  return new ApiError(400, 'Finesse API Error', '', problem);
}

/** 400: as many as there can be are there ("ReasonCode API Errors"). */
export function maximumExceeded(name: string, most: number): ApiError {
  return new ApiError(400, 'Maximum Exceeded', name, `There can be ${most} at most`);
}

/** 416: a range of contacts that cannot be (TeamResource; dev guide 12.5 p.163). */
export function rangeNotSatisfiable(range: string): ApiError {
  return new ApiError(416, 'Range Not Satisfiable', range, 'A range is objects=1-6000 at most');
}

/** 401: only a supervisor of the agent's team may (dialog-api-errors). */
export function invalidSupervisor(userId: string): ApiError {
  return new ApiError(401, 'Invalid Supervisor', userId, 'Only a supervisor of the team may do that');
}

/**
 * Not in this state.
 * @param status 401 for DTMF on a held call (dev guide 12.5 p.92), 400 for a supervisor who is in a call (dialog-api-errors)
 */
export function invalidState(status: 400 | 401, name: string, problem: string): ApiError {
  return new ApiError(status, 'Invalid State', name, problem);
}

/** 400: nobody can be moved to a node that does not serve. */
export function alternateMissing(): ApiError {
  return invalidState(400, 'alternate', 'The alternate node does not serve');
}

/** 400: maintenance has begun already. */
export function inProgress(): ApiError {
  return invalidState(400, 'status', 'The node is in maintenance mode already');
}

/** 404: no such user. */
export function userNotFound(userId: string): ApiError {
  return new ApiError(404, 'User Not Found', userId, 'UNKNOWN_USER');
}

/** 400: nobody can be called there, or not by this one (dialog-api-errors). */
export function invalidDestination(address: string, problem: string): ApiError {
  return new ApiError(400, 'Invalid Destination', address, problem);
}

/** 404: no such call (dev guide 12.5 p.80; dialog-api-errors). */
export function dialogNotFound(id: string): ApiError {
  return new ApiError(404, 'Dialog Not Found', id, 'Invalid dialogId specified for dialog');
}

/** 501: Finesse has it, this deployment has not. */
export function notImplemented(what: string): ApiError {
  return new ApiError(501, 'Not Implemented', what, 'This deployment does not offer it');
}

/** 404: no such resource. */
export function notFound(path: string): ApiError {
  return new ApiError(404, 'Not Found', path, 'There is no such resource');
}

/** 405: the resource is there, the method is not. */
export function methodNotAllowed(method: string, allowed: readonly string[]): ApiError {
  return new ApiError(405, 'Method Not Allowed', method, `Allowed here: ${allowed.join(', ')}`, {
    allow: allowed.join(', '),
  });
}

/** 503: the node is out of service. */
export function outOfService(retryAfterSeconds: number): ApiError {
  return unavailable('SERVER_OUT_OF_SERVICE', retryAfterSeconds);
}

/** 503: too many requests of this user wait already. */
export function tooBusy(retryAfterSeconds: number): ApiError {
  return unavailable('Too many requests of this user are in progress', retryAfterSeconds);
}

function unavailable(message: string, retryAfterSeconds: number): ApiError {
  return new ApiError(503, 'Service Unavailable', '', message, { 'retry-after': String(retryAfterSeconds) });
}

/** 500: our fault; what it was stands in the log, not in the answer. */
export function internalError(): ApiError {
  return new ApiError(500, 'Internal Server Error', '', 'RUNTIME_EXCEPTION');
}
