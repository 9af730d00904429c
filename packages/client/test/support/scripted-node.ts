import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import {
  type Dialog,
  formatApiErrors,
  formatDialogs,
  formatSystemInfo,
  formatUser,
  parseXml,
  type SystemInfo,
  systemInfoNode,
  type Update,
  type User,
  userDialogsNode,
  userNode,
} from '@finesse-ha/protocol';
import { type WebSocket, WebSocketServer } from 'ws';
import { ScriptedSession, type XmppScript } from './scripted-xmpp.ts';

export const agentId = '1001001';

/** A PUT of the agent's state as the server got it. */
export interface Put {
  state: string;
  extension: string | undefined;
  reasonCodeId: string | undefined;
  requestId: string;
}

export interface ScriptedNodeOptions {
  host?: string;
  /** Both nodes of a pair use the same port numbers, as real ones do; 0 for any. */
  port?: number;
  tls?: { key: string; cert: string };
  /** REST and WebSocket over TLS too. */
  restTls?: boolean;
}

/**
 * A Finesse node that does what a test says: REST and WebSocket on one port, XMPP over TCP and over TLS on two more.
 * Real sockets throughout; what it does wrong, it does on the wire.
 */
export class ScriptedNode {
  readonly host: string;
  readonly sessions = new Set<ScriptedSession>();
  readonly script: XmppScript;
  readonly puts: Put[] = [];
  readonly requests: string[] = [];
  /** What XMPP clients sent, in short. */
  readonly log: string[] = [];
  #looking = new Set<() => void>();
  info: SystemInfo;
  user: User;
  dialogs: Dialog[] = [];
  /** What a PUT does; by default the state is taken over and published. */
  onPut: (put: Put) => { status: number; body?: string } = (put) => this.applyPut(put);
  /** Called before REST answers a GET of user or dialogs: a place to change something at that moment. */
  beforeGet: (path: string) => void | Promise<void> = () => undefined;
  /** So many GETs of user or dialogs are answered 503. */
  failGets = 0;
  /** TCP connections that were accepted so far, on every port. */
  accepted = 0;
  rest: 'normal' | 'silent' | 'missing' | 'unavailable' = 'normal';
  xmppPort = 0;
  xmppTlsPort = 0;
  #http: http.Server | https.Server;
  #scheme: string;
  #tcp: net.Server;
  #direct: tls.Server | null;
  #webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => 'xmpp' });
  #sockets = new Set<net.Socket>();
  #tls: { key: string; cert: string } | undefined;
  #waiting: ((session: ScriptedSession) => void)[] = [];

  constructor({ host = '127.0.0.1', tls: certificate, restTls = false }: ScriptedNodeOptions = {}) {
    this.#scheme = restTls ? 'https' : 'http';
    this.host = host;
    this.#tls = certificate;
    this.info = systemInfo(host);
    this.user = agentUser('NOT_READY', '2026-11-23T08:00:00.000Z');
    this.script = {
      domain: host,
      password: 'secret',
      finesseAvailable: true,
      offersTls: certificate !== undefined,
      saslFailure: null,
      bindConflicts: 0,
      silent: false,
      forbidden: new Set(),
      subscriptions: new Map(),
      note: (line) => {
        this.log.push(line);
        for (const look of [...this.#looking]) look();
      },
      onSession: (session) => {
        this.sessions.add(session);
        this.#waiting.shift()?.(session);
      },
    };
    const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
      void this.#answer(request, response);
    };
    this.#http = restTls ? https.createServer(certificate ?? {}, handle) : http.createServer(handle);
    this.#http.on('upgrade', (request, socket, head) => {
      this.#webSockets.handleUpgrade(request, socket, head, (ws) => this.#onWebSocket(ws));
    });
    this.#tcp = net.createServer((socket) => this.#onTcp(socket, false));
    this.#direct =
      certificate === undefined ? null : tls.createServer(certificate, (socket) => this.#onTcp(socket, true));
    for (const server of [this.#http, this.#tcp, this.#direct]) {
      server?.on('connection', (socket: net.Socket) => {
        this.accepted += 1;
        this.#sockets.add(socket);
        socket.on('close', () => this.#sockets.delete(socket));
        socket.on('error', () => undefined);
      });
    }
  }

  async listen(port = 0): Promise<this> {
    for (const server of [this.#http, this.#tcp, this.#direct]) {
      server?.listen(server === this.#http ? port : 0, this.host);
      if (server !== null) await once(server, 'listening');
    }
    this.xmppPort = portOf(this.#tcp);
    if (this.#direct !== null) this.xmppTlsPort = portOf(this.#direct);
    this.namePair();
    return this;
  }

  /** Sets what SystemInfo says of the pair: this node as primary, and the other one if there is one. */
  namePair(other?: ScriptedNode): void {
    const address = (node: ScriptedNode) => ({
      host: node.host,
      httpsPort: node.port,
      xmppPort: node.xmppPort,
      xmppSecurePort: node.xmppTlsPort,
    });
    this.info = {
      ...this.info,
      primaryNode: address(this),
      secondaryNode: other === undefined ? undefined : address(other),
    };
  }

  get port(): number {
    return portOf(this.#http);
  }

  get url(): string {
    return `${this.#scheme}://${this.host}:${this.port}`;
  }

  /** The next session that binds. */
  nextSession(): Promise<ScriptedSession> {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Resolves when so many lines of the log match. */
  logged(pattern: RegExp, count = 1): Promise<void> {
    return this.#until(() => this.log.filter((line) => pattern.test(line)).length >= count);
  }

  /** Resolves when so many REST requests have come in. */
  asked(count: number): Promise<void> {
    return this.#until(() => this.requests.length >= count);
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        this.#looking.delete(look);
        resolve();
      };
      this.#looking.add(look);
      look();
    });
  }

  setStatus(status: 'IN_SERVICE' | 'OUT_OF_SERVICE', notify = true): void {
    this.info = { ...this.info, status };
    if (notify)
      this.publish(
        systemInfoNode,
        update('PUT', systemInfoNode, { kind: 'systemInfo', systemInfo: this.info }),
      );
  }

  setFinesse(available: boolean): void {
    this.script.finesseAvailable = available;
    for (const session of this.sessions) session.presence(available);
  }

  setUser(change: Partial<User>, requestId = ''): void {
    this.user = { ...this.user, ...change };
    this.publishUser(this.user, requestId);
  }

  publishUser(user: User, requestId = ''): void {
    this.publish(userNode(agentId), update('PUT', userNode(agentId), { kind: 'user', user }, requestId));
  }

  addDialog(dialog: Dialog): void {
    this.dialogs = [...this.dialogs, dialog];
    const source = userDialogsNode(agentId);
    this.publish(source, update('POST', source, { kind: 'dialogs', dialogs: [dialog] }));
  }

  publish(node: string, what: Update): void {
    for (const session of this.sessions) session.notify(node, what);
  }

  applyPut(put: Put): { status: number } {
    const state = put.state === 'LOGIN' ? 'NOT_READY' : put.state;
    const extension = put.extension ?? this.user.extension;
    this.setUser(
      { state, extension, reasonCodeId: put.reasonCodeId, stateChangeTime: nextTime() },
      put.requestId,
    );
    return { status: 202 };
  }

  /** The notification service dies: its sockets end, nobody listens. */
  dropSessions(how: 'end' | 'reset'): void {
    for (const session of [...this.sessions]) {
      this.sessions.delete(session);
      session[how]();
    }
  }

  /** REST is refused from now on; sessions over WebSocket stay. */
  stopRest(): void {
    this.#http.close();
    this.#http.closeIdleConnections();
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(
      [this.#http, this.#tcp, this.#direct].map(
        (server) =>
          new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve()))),
      ),
    );
  }

  get openSockets(): number {
    return this.#sockets.size;
  }

  /** Resolves when no client has a socket open here. */
  async allSocketsClosed(): Promise<void> {
    while (this.#sockets.size > 0) {
      const [socket] = this.#sockets;
      // Not `once` of node:events: a client that resets its connection has closed it too.
      if (socket !== undefined) await new Promise((resolve) => socket.once('close', resolve));
    }
  }

  async #answer(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let body = '';
    for await (const chunk of request) body += chunk;
    const path = request.url ?? '';
    this.requests.push(`${request.method} ${path}`);
    for (const look of [...this.#looking]) look();
    if (this.rest === 'silent') return;
    if (this.rest === 'missing')
      return respond(response, 404, '<!doctype html><title>404</title>', 'text/html');
    if (path === '/finesse/api/SystemInfo') return respond(response, 200, formatSystemInfo(this.info));
    if (this.rest === 'unavailable' || (request.method === 'GET' && this.failGets-- > 0))
      return respond(response, 503, apiError('Service Unavailable', 'SERVER_OUT_OF_SERVICE'));
    if (request.headers.authorization !== `Basic ${btoa(`${agentId}:${this.script.password}`)}`) {
      return respond(response, 401, apiError('Authorization Failure', 'UNAUTHORIZED'));
    }
    if (request.method === 'PUT') {
      const user = parseXml(body);
      const put: Put = {
        state: user.getChildText('state') ?? '',
        extension: user.getChildText('extension') ?? undefined,
        reasonCodeId: user.getChildText('reasonCodeId') ?? undefined,
        requestId: String(request.headers.requestid ?? ''),
      };
      this.puts.push(put);
      const { status, body: text = '' } = this.onPut(put) as { status: number; body?: string };
      return respond(response, status, text);
    }
    const answer = path.endsWith('/Dialogs')
      ? formatDialogs({ dialogs: this.dialogs })
      : formatUser(this.user);
    await this.beforeGet(path);
    respond(response, 200, answer);
  }

  #onWebSocket(ws: WebSocket): void {
    const session = new ScriptedSession(
      {
        framing: 'websocket',
        send: (text) => ws.send(text),
        end: () => ws.close(1000),
        reset: () => ws.terminate(),
      },
      this.script,
      false,
    );
    ws.on('message', (data) => session.receive(data.toString()));
    ws.on('close', () => this.sessions.delete(session));
  }

  #onTcp(socket: net.Socket, secure: boolean): void {
    let current = socket;
    socket.on('error', () => undefined);
    const session: ScriptedSession = new ScriptedSession(
      {
        framing: 'tcp',
        send: (text) => current.write(text),
        end: () => current.end(),
        reset: () => socket.resetAndDestroy(),
        startTls: () => {
          socket.removeAllListeners('data');
          current = new tls.TLSSocket(socket, { isServer: true, ...this.#tls });
          current.on('error', () => undefined);
          current.on('data', (bytes: Buffer) => session.receive(bytes.toString()));
          session.secured();
        },
      },
      this.script,
      secure,
    );
    socket.on('data', (bytes: Buffer) => session.receive(bytes.toString()));
    socket.on('close', () => this.sessions.delete(session));
  }
}

function respond(
  response: http.ServerResponse,
  status: number,
  body: string,
  type = 'application/xml',
): void {
  response.writeHead(status, { 'content-type': type });
  response.end(body);
}

export function apiError(errorType: string, errorMessage: string): string {
  return formatApiErrors({ errors: [{ errorType, errorMessage, errorData: '' }] });
}

export function update(event: string, source: string, data: Update['data'], requestId = ''): Update {
  return { event, source, requestId, data };
}

let clock = Date.parse('2026-11-23T08:00:00.000Z');
/** A later stateChangeTime at every call. */
export function nextTime(): string {
  clock += 1_000;
  return new Date(clock).toISOString();
}

export function agentUser(state: string, stateChangeTime: string): User {
  return {
    uri: userNode(agentId),
    loginId: agentId,
    state,
    stateChangeTime,
    extension: agentId,
    roles: ['Agent'],
    settings: {},
    teams: [],
    unknown: [],
  };
}

export function dialog(id: string, state: string): Dialog {
  return { id, uri: `/finesse/api/Dialog/${id}`, state, participants: [], unknown: [] };
}

function systemInfo(host: string): SystemInfo {
  return {
    currentTimestamp: '2026-11-23T08:00:00.000Z',
    deploymentType: 'UCCE',
    lastCTIHeartbeatStatus: 'success',
    ctiVersion: '24',
    license: '',
    peripheralId: '5000',
    status: 'IN_SERVICE',
    statusReason: '',
    systemAuthMode: 'NON_SSO',
    uri: systemInfoNode,
    xmppDomain: host,
    xmppPubSubDomain: `pubsub.${host}`,
    ctiServers: [],
    unknown: [],
  };
}

function portOf(server: net.Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
