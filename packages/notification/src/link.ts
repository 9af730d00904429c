import { EventEmitter } from 'node:events';
import { connect, type Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';
import { connect as connectTls } from 'node:tls';
import {
  type Element,
  finesseUser,
  NS,
  parseJid,
  pubSubDomain,
  XmppClientStream,
  xml,
} from '@finesse-ha/protocol';
import { IqRefusal, provision, type Topology } from './external/provision.js';

/** Where the notification service is, and how patient the link is. */
export interface NotificationLinkOptions {
  host: string;
  /** Other addresses of the same service (members of a cluster), tried in turn when one does not serve. */
  otherHosts?: readonly string[] | undefined;
  port: number;
  domain: string;
  password: string;
  /** STARTTLS with this CA certificate (PEM); absent: no TLS, for a service on the same machine. */
  ca?: string | undefined;
  /** Default 2 s, and as long again for the answer: a node must notice quickly that it speaks to nobody. */
  pingIntervalMs?: number | undefined;
  /** Connecting, login and binding together. Default 5 s. */
  openTimeoutMs?: number | undefined;
  /** How long a publish may go unanswered. Default 5 s. */
  publishTimeoutMs?: number | undefined;
  /** What an external service must be told of before it serves; the embedded one knows. */
  provision?: Topology | undefined;
}

/** What the link tells. */
export interface NotificationLinkEvents {
  /** Logged in, an external service provisioned; the presence last set has been sent. */
  up: [];
  down: [{ cause: string }];
  /** An attempt to connect came to nothing; the next follows by itself. */
  failed: [{ cause: string }];
  /** An agent's session became available or unavailable. `user` is in lower case. */
  presence: [{ user: string; resource: string; available: boolean }];
}

interface Pending {
  what: string;
  resolve(): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

const firstRetryMs = 100;
const lastRetryMs = 2_000;

/**
 * The web app's way to its notification service: logs in as the XMPP user `finesse`, publishes Updates by XEP-0060, and
 * hears of every agent's presence. Reconnects by itself; every wait has a deadline.
 */
export class NotificationLink extends EventEmitter<NotificationLinkEvents> {
  readonly #options: NotificationLinkOptions;
  readonly #pingIntervalMs: number;
  #running = false;
  #up = false;
  #available = false;
  #socket: Socket | null = null;
  #stream: XmppClientStream | null = null;
  #timer: NodeJS.Timeout | undefined;
  #pinger: NodeJS.Timeout | undefined;
  #receivedAt = 0;
  /** When it was last looked whether anything comes. */
  #lookedAt = 0;
  #failures = 0;
  readonly #hosts: readonly string[];
  /** Which of the hosts serves, or is tried next, modulo their number. */
  #hostIndex = 0;
  #nextId = 1;
  #iqs = new Map<string, Pending>();
  /** Resources by user. */
  #present = new Map<string, Set<string>>();

  constructor(options: NotificationLinkOptions) {
    super();
    this.#options = options;
    this.#hosts = [options.host, ...(options.otherHosts ?? [])];
    this.#pingIntervalMs = options.pingIntervalMs ?? 2_000;
  }

  get up(): boolean {
    return this.#up;
  }

  /** The address that it is logged in at, or tries next. */
  get host(): string {
    return this.#hosts[this.#hostIndex % this.#hosts.length] as string;
  }

  /** The users with an available session, in lower case. Empty while the link is down: nothing is known then. */
  presentUsers(): string[] {
    return [...this.#present.keys()];
  }

  /** Whether any session of the user is available. */
  isPresent(user: string): boolean {
    return this.#present.has(user.toLowerCase());
  }

  /** Begins to connect, and keeps connected from then on until `stop`. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    this.#connect();
  }

  /** Says goodbye, and leaves no timer or socket. */
  async stop(): Promise<void> {
    if (!this.#running) return;
    this.#running = false;
    clearTimeout(this.#timer);
    const socket = this.#socket;
    if (this.#up) this.#stream?.send(xml('presence', { type: 'unavailable' }));
    this.#stream?.close();
    this.#lose('stopped');
    if (socket === null) return;
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.end();
    const timer = setTimeout(() => socket.destroy(), 500);
    await closed;
    clearTimeout(timer);
  }

  /** Presence of `finesse`, now and after every reconnection. */
  setPresence(available: boolean): void {
    this.#available = available;
    if (this.#up) this.#sendPresence();
  }

  /** Resolves when the service has taken the item. Rejects when it refuses, does not answer, or the link is down. */
  publish(node: string, payload: Element): Promise<void> {
    if (!this.#up) return Promise.reject(new Error('the link to the notification service is down'));
    const publish = xml('publish', { node }, xml('item', {}, payload));
    return this.#sendIq('set', xml('pubsub', { xmlns: NS.pubsub }, publish), `a publish to ${node}`);
  }

  #sendIq(type: 'get' | 'set', payload: Element, what: string): Promise<void> {
    const id = `p${this.#nextId++}`;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#iqs.delete(id);
        reject(new Error(`the notification service did not answer ${what} in time`));
      }, this.#options.publishTimeoutMs ?? 5_000);
      this.#iqs.set(id, { what, resolve, reject, timer });
      const to = pubSubDomain(this.#options.domain);
      this.#stream?.send(xml('iq', { type, to, id }, payload));
    });
  }

  #connect(): void {
    const { port, domain, password, ca } = this.#options;
    const { host } = this;
    const plain = connect({ host, port });
    this.#socket = plain;
    plain.setNoDelay(true);
    const attach = (socket: Socket) => {
      const decoder = new StringDecoder('utf8');
      socket.on('data', (data: Buffer) => {
        if (this.#socket !== socket) return;
        this.#receivedAt = performance.now();
        stream.receive(decoder.write(data));
      });
      socket.on('error', (error) => {
        if (this.#socket === socket) this.#lose(error.message);
      });
      socket.on('close', () => {
        if (this.#socket === socket) this.#lose('the notification service closed the connection');
      });
    };
    const stream = new XmppClientStream(
      {
        framing: 'tcp',
        domain,
        username: finesseUser,
        password,
        resource: 'finesse-core',
        secure: false,
        startTls: ca === undefined ? 'never' : 'required',
        allowPlainWithoutTls: ca === undefined,
      },
      (output) => {
        if (this.#stream !== stream) return;
        switch (output.type) {
          case 'send':
            this.#socket?.write(output.data);
            break;
          case 'start-tls': {
            plain.removeAllListeners('data');
            const secure = connectTls({ socket: plain, ca, servername: undefined, host }, () =>
              stream.secured(),
            );
            this.#socket = secure;
            attach(secure);
            break;
          }
          case 'online':
            this.#onOnline();
            break;
          case 'stanza':
            this.#onStanza(output.stanza);
            break;
          case 'failed':
            this.#lose(`${output.failure.kind}: ${output.failure.text ?? output.failure.condition ?? ''}`);
            break;
          case 'ended':
            this.#lose('the notification service ended the stream');
            break;
        }
      },
    );
    this.#stream = stream;
    plain.once('connect', () => stream.start());
    attach(plain);
    this.#timer = setTimeout(() => this.#lose('no login in time'), this.#options.openTimeoutMs ?? 5_000);
  }

  #onOnline(): void {
    clearTimeout(this.#timer);
    this.#receivedAt = performance.now();
    this.#lookedAt = this.#receivedAt;
    this.#pinger = setInterval(() => this.#ping(), this.#pingIntervalMs);
    const { provision: topology, domain } = this.#options;
    if (topology === undefined) {
      this.#serve();
      return;
    }
    const stream = this.#stream;
    provision((...iq) => this.#sendIq(...iq), domain, topology, this.#hosts.length > 1).then(
      () => {
        if (this.#stream === stream) this.#serve();
      },
      (error: Error) => {
        if (this.#stream === stream) this.#lose(error.message);
      },
    );
  }

  #serve(): void {
    this.#up = true;
    this.#failures = 0;
    this.#sendPresence();
    this.emit('up');
  }

  #sendPresence(): void {
    this.#stream?.send(
      this.#available
        ? xml('presence', {}, xml('priority', {}, '0'))
        : xml('presence', { type: 'unavailable' }),
    );
  }

  #ping(): void {
    const now = performance.now();
    // It was this process that stood still (a pause of some seconds is no failure): what came meanwhile has not been read yet.
    if (now - this.#lookedAt > 2 * this.#pingIntervalMs) this.#receivedAt = now;
    this.#lookedAt = now;
    // Two intervals without a byte: the last ping is unanswered; and 5 s, as of a full collection, are no failure.
    if (now - this.#receivedAt > 2 * this.#pingIntervalMs + 1_500) {
      this.#lose('the notification service does not answer');
      return;
    }
    const { domain } = this.#options;
    this.#stream?.send(
      xml('iq', { type: 'get', to: domain, id: `g${this.#nextId++}` }, xml('ping', { xmlns: NS.ping })),
    );
  }

  #onStanza(stanza: Element): void {
    if (stanza.name === 'presence') this.#onPresence(stanza);
    else if (stanza.name === 'iq') this.#onIq(stanza);
  }

  #onIq(iq: Element): void {
    const { type, id, from } = iq.attrs;
    if (type === 'get' || type === 'set') {
      const ping = iq.getChild('ping', NS.ping) !== undefined;
      const error = xml('error', { type: 'cancel' }, xml('service-unavailable', { xmlns: NS.stanzas }));
      this.#stream?.send(
        xml('iq', { type: ping ? 'result' : 'error', id, to: from }, ping ? undefined : error),
      );
      return;
    }
    const pending = this.#iqs.get(id ?? '');
    if (pending === undefined) return;
    this.#iqs.delete(id ?? '');
    clearTimeout(pending.timer);
    if (type === 'result') pending.resolve();
    else {
      const condition = iq.getChild('error')?.getChildElements()[0]?.name ?? 'undefined-condition';
      pending.reject(new IqRefusal(pending.what, condition));
    }
  }

  #onPresence(stanza: Element): void {
    const jid = parseJid(stanza.attrs.from ?? '');
    if (jid === null || jid.local === '' || jid.local === finesseUser) return;
    const { type } = stanza.attrs;
    if (type !== undefined && type !== 'unavailable') return;
    const resource = jid.resource ?? '';
    const resources = this.#present.get(jid.local) ?? new Set<string>();
    if (type === undefined) {
      resources.add(resource);
      this.#present.set(jid.local, resources);
    } else {
      resources.delete(resource);
      if (resources.size === 0) this.#present.delete(jid.local);
    }
    this.emit('presence', { user: jid.local, resource, available: type === undefined });
  }

  #lose(cause: string): void {
    const wasUp = this.#up;
    const socket = this.#socket;
    this.#up = false;
    this.#socket = null;
    this.#stream = null;
    clearTimeout(this.#timer);
    clearInterval(this.#pinger);
    this.#present.clear();
    for (const { reject, timer } of this.#iqs.values()) {
      clearTimeout(timer);
      reject(new Error(`the link to the notification service went down: ${cause}`));
    }
    this.#iqs.clear();
    if (this.#running) {
      socket?.destroy();
      const ceiling = Math.min(lastRetryMs, firstRetryMs * 2 ** this.#failures);
      this.#failures += 1;
      this.#hostIndex += 1;
      this.#timer = setTimeout(() => this.#connect(), ceiling * (0.5 + Math.random() / 2));
    }
    if (wasUp) this.emit('down', { cause });
    else if (this.#running) this.emit('failed', { cause });
  }
}
