import { resolveSettings, type Settings, SettingsError } from '@finesse-ha/failover';
import { OptionError } from './errors.js';
import type { Platform } from './platform/types.js';

/** Receives what the client thinks worth telling an operator. The shape of pino's and most others' methods. */
export interface Logger {
  /** What only whoever looks for a fault wants to read. */
  debug(fields: object, message: string): void;
  /** What happens seldom and is as it should be. */
  info(fields: object, message: string): void;
  /** What should not happen and is dealt with. */
  warn(fields: object, message: string): void;
  /** What the client could not deal with. */
  error(fields: object, message: string): void;
}

/** Where a node's notification service listens for WebSocket. */
export interface WebSocketOptions {
  /** Default: the REST port where SystemInfo names its ports (12.6 and later), else 7443, or 7071 without TLS. */
  port?: number | undefined;
  /** Default `/ws`. */
  path?: string | undefined;
  /** `wss` or `ws`. Default: as the REST URL. */
  tls?: boolean | undefined;
}

/** Where a node's notification service listens for XMPP over TCP. */
export interface TcpOptions {
  /** Default: as SystemInfo says, else 5223 with `direct`, 5222 otherwise. */
  port?: number | undefined;
  /** Default `direct`. With `none` the password crosses the network in the clear. */
  tls?: 'direct' | 'starttls' | 'none' | undefined;
}

/** Where a node's notification service listens for BOSH. */
export interface BoshOptions {
  /** Default: as for WebSocket (dev guide 12.5 p.8). */
  port?: number | undefined;
  /** Default `/http-bind`. */
  path?: string | undefined;
  /** Default: as the node's REST URL has it. */
  tls?: boolean | undefined;
}

/** Where the notification service of a node listens, by transport. */
export interface NotificationEndpointOptions {
  webSocket?: WebSocketOptions | undefined;
  bosh?: BoshOptions | undefined;
  tcp?: TcpOptions | undefined;
}

/** Where the notification services of all nodes listen. */
export interface NotificationOptions extends NotificationEndpointOptions {
  /** What differs on one node, by its REST URL. */
  nodes?: Readonly<Record<string, NotificationEndpointOptions>> | undefined;
}

/** How the client reaches the notification service. */
export type Transport = 'websocket' | 'tcp' | 'bosh' | 'auto';

/** What the application says. Everything but `nodes`, `user` and `password` has a default that suits Finesse 12.6 and later. */
export interface ClientOptions {
  /**
   * REST URLs, such as `https://fin-a.example:8445`: the node to try first, and the other one if it cannot be learned
   * from the first (SystemInfo names it) because the first may be down just then.
   */
  nodes: readonly string[];
  /** The agent's id, which is also the local part of the JID. */
  user: string;
  /** Kept in memory only, never logged. With single sign-on: the access token. */
  password: string;
  /** The agent's telephone, for `signIn()` without one and for repairing a late forced logout. */
  extension?: string | undefined;
  /** XMPP resource. Default: one of this client's own. `desktop` belongs to Cisco's desktop. */
  resource?: string | undefined;
  /**
   * Default `websocket`. `tcp` exists in Node only. `auto` tries WebSocket, and BOSH where WebSocket does not come about
   * although the node is there; it remembers for each node what got through, as long as the client exists.
   */
  transport?: Transport | undefined;
  notification?: NotificationOptions | undefined;
  /** PEM certificates to trust instead of the system's, on REST and on every transport (Node only). */
  ca?: string | undefined;
  /** The knobs of the failover core; see `Settings`. */
  failover?: Partial<Settings> | undefined;
  /**
   * Whether a second node is learned from SystemInfo where `nodes` names one only. `false` pins the client to that node,
   * as a monitor of a single node wants it. Default `true`.
   */
  learnAlternate?: boolean | undefined;
  /**
   * `full` fetches user and dialogs after every recovery; `presence-only` watches the three conditions and nothing
   * else, as a monitor does. Default `full`.
   */
  resync?: 'full' | 'presence-only' | undefined;
  /** What to do when the node that was left logs the agent out late: tell, or sign in again. Default `report`. */
  onLoggedOut?: 'report' | 'repair' | undefined;
  /** How long after a move a forced logout counts as the left node's. Default 5 min: 180 s at worst (dev guide), and a call in between. */
  lateLogoutWindowMs?: number | undefined;
  /** How long an action waits for its outcome. Default 20 s. */
  actionTimeoutMs?: number | undefined;
  logger?: Logger | undefined;
  /** The world; for simulations. Default: Node's or the browser's. The one who made it closes it. */
  platform?: Platform | undefined;
}

/** Options checked and filled up. */
export interface ResolvedOptions {
  nodes: readonly string[];
  user: string;
  password: string;
  extension: string | undefined;
  resource: string;
  transport: Transport;
  notification: NotificationOptions;
  ca: string | undefined;
  settings: Settings;
  learnAlternate: boolean;
  resync: 'full' | 'presence-only';
  onLoggedOut: 'report' | 'repair';
  lateLogoutWindowMs: number;
  actionTimeoutMs: number;
  logger: Logger | undefined;
}

/**
 * Checks what the application gave.
 * @throws {OptionError} naming the first option that cannot be used, and why.
 */
export function resolveOptions(options: ClientOptions, platform: Platform): ResolvedOptions {
  if (typeof options !== 'object' || options === null) throw new OptionError('(all)', 'must be an object');
  const transport = oneOf('transport', options.transport ?? 'websocket', [
    'websocket',
    'tcp',
    'bosh',
    'auto',
  ]);
  const needed = transport === 'auto' ? (['websocket', 'bosh'] as const) : [transport];
  if (!needed.every((one) => platform.transports.includes(one))) {
    throw new OptionError('transport', `${transport} is not possible here, only ${platform.transports}`);
  }
  if (options.resource === 'desktop') {
    throw new OptionError('resource', 'desktop is reserved for the Finesse desktop');
  }
  return {
    nodes: checkNodes(options.nodes),
    user: checkUser(options.user),
    password: text('password', options.password),
    extension: optionalText('extension', options.extension),
    resource: optionalText('resource', options.resource) ?? uniqueResource(platform),
    transport,
    notification: checkNotification(options.notification),
    ca: checkCa(options.ca),
    settings: checkSettings(options.failover),
    learnAlternate: options.learnAlternate ?? true,
    resync: oneOf('resync', options.resync ?? 'full', ['full', 'presence-only']),
    onLoggedOut: oneOf('onLoggedOut', options.onLoggedOut ?? 'report', ['report', 'repair']),
    lateLogoutWindowMs: positive('lateLogoutWindowMs', options.lateLogoutWindowMs ?? 300_000),
    actionTimeoutMs: positive('actionTimeoutMs', options.actionTimeoutMs ?? 20_000),
    logger: options.logger,
  };
}

/**
 * The origin of a REST URL, which is a node's identity.
 * @throws {OptionError} when it is not an http or https URL without path, query and credentials.
 */
export function nodeOrigin(option: string, url: unknown): string {
  let parsed: URL;
  try {
    parsed = new URL(text(option, url));
  } catch (error) {
    if (error instanceof OptionError) throw error;
    throw new OptionError(
      option,
      `${JSON.stringify(url)} is not a URL; write it like https://fin-a.example:8445`,
    );
  }
  if (parsed.protocol !== 'https:' && parsed.protocol !== 'http:') {
    throw new OptionError(option, `${parsed.protocol} is neither http: nor https:`);
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new OptionError(option, 'must not hold credentials: give user and password as options');
  }
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '') {
    throw new OptionError(option, `give only scheme, host and port: ${parsed.origin}`);
  }
  return parsed.origin;
}

function checkNodes(nodes: unknown): readonly string[] {
  if (!Array.isArray(nodes) || nodes.length < 1 || nodes.length > 2) {
    throw new OptionError('nodes', 'must be one or two REST URLs');
  }
  const origins = nodes.map((url, index) => nodeOrigin(`nodes[${index}]`, url));
  if (origins[0] === origins[1]) throw new OptionError('nodes[1]', `is the same node as nodes[0]`);
  return origins;
}

function checkUser(user: unknown): string {
  const id = text('user', user);
  if (/[\s"&'/:<>@]/.test(id)) throw new OptionError('user', `${JSON.stringify(id)} cannot be part of a JID`);
  return id;
}

/** What is no certificate is trusted by nobody: every node would seem to have an unknown issuer. */
function checkCa(ca: unknown): string | undefined {
  const pem = optionalText('ca', ca);
  if (pem !== undefined && !/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----/.test(pem)) {
    throw new OptionError('ca', "holds no PEM certificate: give the file's text, not its name");
  }
  return pem;
}

function checkSettings(failover: Partial<Settings> | undefined): Settings {
  try {
    return resolveSettings(failover);
  } catch (error) {
    if (error instanceof SettingsError) throw new OptionError(`failover.${error.setting}`, error.message);
    throw error;
  }
}

function checkNotification(notification: NotificationOptions | undefined): NotificationOptions {
  if (notification === undefined) return {};
  checkEndpoint('notification', notification);
  const nodes: Record<string, NotificationEndpointOptions> = {};
  for (const [url, endpoint] of Object.entries(notification.nodes ?? {})) {
    const option = `notification.nodes[${JSON.stringify(url)}]`;
    checkEndpoint(option, endpoint);
    nodes[nodeOrigin(option, url)] = endpoint;
  }
  const { webSocket, bosh, tcp } = notification;
  return { webSocket, bosh, tcp, nodes };
}

function checkEndpoint(option: string, { webSocket, bosh, tcp }: NotificationEndpointOptions): void {
  for (const [name, given] of [
    ['webSocket', webSocket],
    ['bosh', bosh],
    ['tcp', tcp],
  ] as const) {
    const port = given?.port;
    if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
      throw new OptionError(`${option}.${name}.port`, `${port} is not a port`);
    }
  }
  for (const [name, path] of [
    ['webSocket', webSocket?.path],
    ['bosh', bosh?.path],
  ] as const) {
    if (path !== undefined && !path.startsWith('/')) {
      throw new OptionError(`${option}.${name}.path`, 'must begin with /');
    }
  }
  if (tcp?.tls !== undefined) oneOf(`${option}.tcp.tls`, tcp.tls, ['direct', 'starttls', 'none']);
}

function text(option: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new OptionError(option, 'must be a non-empty string');
  return value;
}

function optionalText(option: string, value: unknown): string | undefined {
  return value === undefined ? undefined : text(option, value);
}

/** Two clients of one agent must not take each other's resource: the server would end the older session. */
function uniqueResource(platform: Platform): string {
  return `finesse-ha-${Math.floor(platform.random() * 0xffff_ffff).toString(36)}`;
}

function positive(option: string, value: unknown): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) {
    throw new OptionError(option, 'must be a positive number of milliseconds');
  }
  return value;
}

function oneOf<T extends string>(option: string, value: T, allowed: readonly T[]): T {
  if (!allowed.includes(value)) {
    throw new OptionError(option, `${JSON.stringify(value)} is not one of ${allowed.join(', ')}`);
  }
  return value;
}
