import { randomUUID } from 'node:crypto';
import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, type Server as HttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server } from 'node:net';
import {
  createSecureContext,
  createServer as createTlsServer,
  type SecureContext,
  type Server as TlsServer,
} from 'node:tls';
import { type Certificate, readCertificate } from '@finesse-ha/ops';
import { type Element, finesseUser, NS, parseJid, pubSubDomain, xml } from '@finesse-ha/protocol';
import { WebSocketServer } from 'ws';
import { BoshEndpoint } from './bosh/bosh-endpoint.js';
import type { NotificationServiceConfig } from './config.js';
import { type ServerConnection, TcpServerConnection, WebSocketServerConnection } from './connection.js';
import { Credentials } from './credentials.js';
import { Directory } from './directory.js';
import { LoginQueue } from './login-queue.js';
import { prepareLogins } from './prepare.js';
import { Presences } from './presences.js';
import { PubSub } from './pubsub.js';
import { iqError, iqResult } from './replies.js';
import { Session } from './session.js';
import type { SessionHost } from './session-host.js';
import { SilenceWatch } from './silence.js';

/** Receives what an operator may want to know. Never a password. */
export type ServiceLog = (message: string, fields: object) => void;

/** The ports that are listened on in fact. */
export interface ServicePorts {
  xmpp: number;
  xmppTls: number;
  webSocket: number;
}

/**
 * The embedded notification service of one node: an XMPP server over TCP (STARTTLS and direct TLS), WebSocket and BOSH, with
 * presence and pubsub as Finesse uses them. Its state lives in memory: a killed service has forgotten everything.
 */
export class NotificationService implements SessionHost {
  readonly config: NotificationServiceConfig;
  readonly credentials: Credentials;
  readonly logins: LoginQueue;
  readonly finesseUser = finesseUser;
  readonly log: ServiceLog;
  readonly #pubSubDomain: string;
  readonly #directory = new Directory();
  readonly #presences: Presences;
  readonly #pubSub: PubSub;
  readonly #sessions = new Set<Session>();
  readonly #unauthenticated = new Set<Session>();
  readonly #silence: SilenceWatch;
  /** In use: new connections begin with it. */
  #certificate: Certificate;
  #secureContext: SecureContext;
  /** Those that hold the certificate themselves. */
  readonly #tlsServers: (TlsServer | HttpsServer)[] = [];
  readonly #stopping = new AbortController();
  #published = 0;
  readonly #logins = new Map<string, number>();
  readonly #servers: (Server | HttpServer)[] = [];
  #webSockets: WebSocketServer | null = null;
  #bosh: BoshEndpoint | null = null;

  /** @throws {Error} when the certificate or key cannot be read or do not fit */
  constructor(config: NotificationServiceConfig, log: ServiceLog) {
    this.config = config;
    this.log = log;
    const { limits, domain } = config;
    const finesse = { id: finesseUser, password: config.finessePassword };
    this.credentials = new Credentials([...config.users, finesse], limits);
    this.logins = new LoginQueue(limits);
    this.#pubSubDomain = pubSubDomain(domain);
    this.#presences = new Presences(this.#directory, domain, finesseUser);
    this.#pubSub = new PubSub({
      directory: this.#directory,
      domain: this.#pubSubDomain,
      publisher: finesseUser,
      maxSubscriptions: limits.subscriptions,
      published: (node, requestId, recipients) => this.#countPublished(node, requestId, recipients),
      onSubscription: (session, node, subscribed) =>
        this.#logTraffic('subscription', session, { node, subscribed }),
    });
    this.#silence = new SilenceWatch(config, this.#sessions, finesseUser);
    this.#certificate = readCertificate(config.tls);
    this.#secureContext = createSecureContext({ ...this.#certificate });
  }

  /** Listens on all three ports. Rejects with the listen error, which names the port. */
  async start(): Promise<ServicePorts> {
    const { ports, webSocketTls } = this.config;
    const certificate = { ...this.#certificate };
    const plain = createServer((socket) => this.#accept(new TcpServerConnection(socket)));
    // Whoever does not even finish TLS or an HTTP request has no longer than whoever does not log in.
    const handshakeTimeout = this.config.limits.unauthenticatedMs;
    const inTime = {
      headersTimeout: handshakeTimeout,
      requestTimeout: handshakeTimeout,
      connectionsCheckingInterval: Math.max(100, handshakeTimeout / 4),
    };
    const tls = { ...certificate, handshakeTimeout };
    const secure = createTlsServer(tls, (socket) => this.#accept(new TcpServerConnection(socket)));
    secure.on('tlsClientError', (error, socket) => {
      this.log('TLS failed', { error: error.message });
      // Node tells that a handshake took too long, and leaves the socket open.
      socket.destroy();
    });
    this.#tlsServers.push(secure);
    let http: HttpServer;
    if (webSocketTls) {
      const https = createHttpsServer({ ...tls, ...inTime });
      this.#tlsServers.push(https);
      http = https;
    } else http = createHttpServer(inTime);
    this.#serveWebSockets(http);
    this.#serveBosh(http);
    this.#silence.start();
    const listening = {
      xmpp: await this.#listen(plain, ports.xmpp),
      xmppTls: await this.#listen(secure, ports.xmppTls),
      webSocket: await this.#listen(http, ports.webSocket),
    };
    void prepareLogins(this.credentials, this.config.mechanisms, this.logins, this.#stopping.signal);
    return listening;
  }

  /** Says system-shutdown to every client and stops listening; resolves when the last connection has ended. */
  async stop(): Promise<void> {
    this.#silence.stop();
    this.#stopping.abort();
    this.logins.close();
    for (const session of [...this.#sessions]) session.fail('system-shutdown');
    const closed = this.#servers.map(
      (server) => new Promise<void>((resolve) => server.close(() => resolve())),
    );
    this.#webSockets?.close();
    // Their last words leave first.
    setImmediate(() => this.#bosh?.close());
    await Promise.all(closed);
  }

  /** The certificate in use. */
  get certificate(): Certificate {
    return this.#certificate;
  }

  /** Connections begin with this certificate from now on; those that stand keep theirs. */
  renewCertificate(certificate: Certificate): void {
    this.#certificate = certificate;
    this.#secureContext = createSecureContext({ ...certificate });
    for (const server of this.#tlsServers) server.setSecureContext({ ...certificate });
  }

  /** Since the start: items published, and logins by how they ended (`success`, or the SASL failure). */
  get totals(): { published: number; logins: ReadonlyMap<string, number> } {
    return { published: this.#published, logins: this.#logins };
  }

  /** Whether the web app is present: without it nothing is published. */
  get webAppPresent(): boolean {
    return [...this.#directory.available(finesseUser)].length > 0;
  }

  /** Sessions that are bound, and explicit subscriptions, which outlive sessions. */
  get counts(): { sessions: number; subscriptions: number; mostOfOneUser: number } {
    return { sessions: this.#directory.size, ...this.#pubSub.counts };
  }

  /** @internal What new TLS connections begin with. */
  secureContext(): SecureContext {
    return this.#secureContext;
  }

  /** @internal RFC 6120 4.7.3: not to be guessed, and never the same. */
  newId(): string {
    return randomUUID();
  }

  /** @internal Told by its sessions. */
  loginEnded(how: string): void {
    this.#logins.set(how, (this.#logins.get(how) ?? 0) + 1);
  }

  /** @internal Told by its sessions. */
  authenticated(session: Session): void {
    this.#unauthenticated.delete(session);
  }

  /** @internal Told by its sessions. */
  bound(session: Session): void {
    this.logins.left(session);
    const before = this.#directory.add(session);
    if (before !== undefined) {
      this.#presences.unavailable(before);
      before.fail('conflict', 'another client has taken this resource');
    }
    this.log('session', { jid: session.jid, remote: session.remote, sessions: this.#directory.size });
  }

  /** @internal Told by its sessions. */
  closed(session: Session, wasBound: boolean, cause: string): void {
    this.#sessions.delete(session);
    this.#unauthenticated.delete(session);
    this.logins.left(session);
    if (!wasBound) return;
    this.#directory.remove(session);
    this.#presences.unavailable(session);
    this.log('session over', { jid: session.jid, cause });
  }

  /** @internal Told by its sessions. */
  stanza(session: Session, stanza: Element): void {
    if (stanza.name === 'presence' && stanza.attrs.to === undefined) {
      this.#logTraffic('presence', session, { available: stanza.attrs.type === undefined });
    }
    if (stanza.name === 'presence') this.#presences.handle(session, stanza);
    else if (stanza.name === 'iq') this.#onIq(session, stanza);
    else if (stanza.attrs.type !== 'error') {
      // Finesse's service carries no chat between its users.
      session.send(iqError(stanza, 'cancel', 'service-unavailable'));
    }
  }

  #countPublished(node: string, requestId: string, recipients: number): void {
    this.#published += 1;
    if (requestId !== '') this.log('published', { requestId, node, recipients });
  }

  #logTraffic(message: string, { jid, user }: Session, fields: object): void {
    if (this.config.logTraffic && user !== finesseUser) this.log(message, { jid, ...fields });
  }

  #listen(server: Server | HttpServer, port: number): Promise<number> {
    this.#servers.push(server);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, this.config.host, () => {
        server.off('error', reject);
        server.on('error', (error) => this.log('listening', { error: error.message }));
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  #serveWebSockets(http: HttpServer): void {
    const webSockets = new WebSocketServer({
      server: http,
      path: '/ws',
      maxPayload: this.config.limits.stanzaBytes * 4,
      handleProtocols: (offered) => (offered.has('xmpp') ? 'xmpp' : false),
      verifyClient: ({ req }, answer) => {
        // A browser (it states its Origin) tells a page nothing of an answer other than 101: it is sent away within the stream.
        const retryAfterMs = req.headers.origin === undefined ? this.logins.atTheDoor() : 0;
        if (retryAfterMs === 0) return answer(true);
        // Of ten thousand who come at once most are sent away. Before there is a WebSocket it costs both sides least.
        answer(false, 503, 'too many logins', { 'Retry-After': String(Math.ceil(retryAfterMs / 1_000)) });
      },
    });
    this.#webSockets = webSockets;
    webSockets.on('error', () => undefined); // told by the HTTP server it sits on
    webSockets.on('connection', (socket, request) => {
      const remote = `${request.socket.remoteAddress}:${request.socket.remotePort}`;
      request.socket.setNoDelay(true);
      this.#accept(new WebSocketServerConnection(socket, this.config.webSocketTls, remote));
    });
  }

  #serveBosh(http: HttpServer): void {
    const { limits, webSocketTls } = this.config;
    const endpoint = new BoshEndpoint({
      secure: webSocketTls,
      maxBytes: limits.stanzaBytes * 4,
      // The body is one level more.
      maxDepth: limits.stanzaDepth + 1,
      inactivityMs: limits.boshInactivityMs,
      accept: (connection) => this.#accept(connection),
    });
    this.#bosh = endpoint;
    http.on('request', (request, response) => {
      request.socket.setNoDelay(true);
      if (request.url?.split('?')[0] === '/http-bind') endpoint.handle(request, response);
      else response.writeHead(404).end();
    });
  }

  #accept(connection: ServerConnection): void {
    const session = new Session(connection, this);
    this.#sessions.add(session);
    this.#unauthenticated.add(session);
    if (this.#unauthenticated.size > this.config.limits.unauthenticated) {
      session.sendAway('too many connections without a login', this.logins.refuse());
    }
  }

  #onIq(session: Session, iq: Element): void {
    const { to, type } = iq.attrs;
    if (type === 'result' || type === 'error') return;
    if (iq.attrs.id === undefined || (type !== 'get' && type !== 'set')) {
      return session.send(iqError(iq, 'modify', 'bad-request'));
    }
    const [query, ...more] = iq.getChildElements();
    // RFC 6120 8.2.3: exactly one child.
    if (query === undefined || more.length > 0) {
      return session.send(iqError(iq, 'modify', 'bad-request'));
    }
    const jid = to === undefined ? null : parseJid(to);
    const { domain } = this.config;
    const namespace: string | undefined = query.getNS();
    const isPubSubQuery =
      query.name === 'pubsub' && (namespace === NS.pubsub || namespace === NS.pubsubOwner);
    if (jid?.domain === this.#pubSubDomain && jid.local === '' && isPubSubQuery) {
      return this.#pubSub.handle(session, iq, query);
    }
    const toServer = to === undefined || to === domain || to === session.bareJid || to === this.#pubSubDomain;
    if (!toServer) return session.send(iqError(iq, 'cancel', 'service-unavailable'));
    const isPubSub = to === this.#pubSubDomain;
    const isDisco = namespace === NS.discoInfo || namespace === NS.discoItems;
    if (isDisco && query.attrs.node !== undefined)
      return session.send(iqError(iq, 'cancel', 'item-not-found'));
    switch (`${type} ${namespace ?? ''}`) {
      case `get ${NS.ping}`:
      case `set ${NS.session}`:
        return session.send(iqResult(iq));
      case `get ${NS.roster}`: {
        const item = xml('item', { jid: `${finesseUser}@${domain}`, subscription: 'both' });
        return session.send(
          iqResult(iq, xml('query', { xmlns: NS.roster }, session.user === finesseUser ? undefined : item)),
        );
      }
      case `get ${NS.discoInfo}`:
        return session.send(iqResult(iq, discoInfo(isPubSub)));
      case `get ${NS.discoItems}`: {
        const item = isPubSub ? undefined : xml('item', { jid: this.#pubSubDomain });
        return session.send(iqResult(iq, xml('query', { xmlns: NS.discoItems }, item)));
      }
      default:
        return session.send(iqError(iq, 'cancel', 'service-unavailable'));
    }
  }
}

function discoInfo(isPubSub: boolean): Element {
  const features = isPubSub
    ? [
        NS.discoInfo,
        NS.pubsub,
        `${NS.pubsub}#publish`,
        `${NS.pubsub}#subscribe`,
        `${NS.pubsub}#retrieve-subscriptions`,
      ]
    : [NS.discoInfo, NS.discoItems, NS.ping, NS.roster];
  return xml(
    'query',
    { xmlns: NS.discoInfo },
    xml('identity', isPubSub ? { category: 'pubsub', type: 'service' } : { category: 'server', type: 'im' }),
    ...features.map((name) => xml('feature', { var: name })),
  );
}
