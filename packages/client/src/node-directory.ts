import type { LossCause, NodeId, SystemInfoAnswer } from '@finesse-ha/failover';
import { FINESSE_PORTS, type NodeAddress, pubSubDomain, type SystemInfo } from '@finesse-ha/protocol';
import { AutoTransport } from './auto-transport.js';
import type { NotificationEndpointOptions, ResolvedOptions, TcpOptions } from './options.js';
import { mergeSystemInfo } from './picture.js';
import type { ConnectTarget } from './platform/types.js';
import type { ProbeResult } from './probe.js';
import type { XmppEndpoint } from './xmpp-connection.js';

type EndpointOptions = Pick<
  ResolvedOptions,
  'nodes' | 'learnAlternate' | 'transport' | 'notification' | 'ca'
>;

/** What each node said of itself. A node's identity is the origin of its REST URL. */
export class NodeDirectory {
  readonly #options: EndpointOptions;
  #systemInfos = new Map<NodeId, SystemInfo>();
  /** The pair, as soon as both are known: who is whose alternate no longer depends on what a node calls the other. */
  #pair: readonly NodeId[];
  readonly #auto = new AutoTransport();

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#pair = options.nodes;
  }

  systemInfo(node: NodeId): SystemInfo | null {
    return this.#systemInfos.get(node) ?? null;
  }

  /** Remembers what a probe of `node` gave, and completes the answer with the alternate, if one can be told. */
  learn(node: NodeId, { answer, systemInfo }: ProbeResult): SystemInfoAnswer {
    if (answer.kind !== 'status' || systemInfo === null) return answer;
    this.#systemInfos.set(node, systemInfo);
    const named = this.#options.learnAlternate ? alternateOf(node, systemInfo) : undefined;
    const alternate = this.#pair.find((other) => other !== node) ?? named;
    if (alternate === undefined) return answer;
    this.#pair = [node, alternate];
    return { ...answer, alternate };
  }

  /** What the node said of itself in a notification, which may state a part only. Later news is better news. */
  hear(node: NodeId, told: SystemInfo): void {
    const known = this.#systemInfos.get(node);
    if (known !== undefined) this.#systemInfos.set(node, mergeSystemInfo(known, told));
  }

  /** Where the node's notification service is; null as long as its SystemInfo has not been read. */
  endpoint(node: NodeId): XmppEndpoint | null {
    const systemInfo = this.#systemInfos.get(node);
    if (systemInfo === undefined || systemInfo.xmppDomain === '') return null;
    const url = new URL(node);
    const own = this.#options.notification.nodes?.[node];
    const domain = systemInfo.xmppDomain;
    return {
      ...this.#target(node, url, systemInfo, own),
      domain,
      pubSubDomain: systemInfo.xmppPubSubDomain || pubSubDomain(domain),
    };
  }

  /** A connection to the node came up. */
  reached(node: NodeId): void {
    this.#auto.reached(node);
  }

  /** An attempt to connect to the node failed. */
  notReached(node: NodeId, cause: LossCause): void {
    this.#auto.failed(node, cause);
  }

  #target(
    node: NodeId,
    url: URL,
    info: SystemInfo,
    own: NotificationEndpointOptions | undefined,
  ): Pick<XmppEndpoint, 'target' | 'secure' | 'startTls'> {
    const { transport } = this.#options;
    if (transport === 'tcp') return tcpTarget(url, info, this.#options, own);
    const way = transport === 'auto' ? this.#auto.way(node) : transport;
    return webTarget(way, url, info, this.#options, own);
  }
}

interface Pair {
  self: NodeAddress;
  /** Undefined in a deployment of one node. */
  other: NodeAddress | undefined;
}

/** The entry of SystemInfo that is the node asked itself: by its XMPP domain, or else by the address it was asked at. */
function pairOf(node: NodeId, info: SystemInfo): Pair | undefined {
  const { primaryNode: primary, secondaryNode: secondary } = info;
  const pairs: Pair[] = [];
  if (primary !== undefined) pairs.push({ self: primary, other: secondary });
  if (secondary !== undefined) pairs.push({ self: secondary, other: primary });
  const byDomain = pairs.filter(({ self }) => self.host.toLowerCase() === info.xmppDomain.toLowerCase());
  // Two nodes of one machine (a laboratory) may share the name and differ in the port only.
  if (byDomain.length === 1) return byDomain[0];
  return pairs.find(({ self }) => addressUrl(node, self) === node);
}

/** The REST URL of the other node by what SystemInfo of `node` says, or undefined where it names none. */
export function alternateOf(node: NodeId, info: SystemInfo): NodeId | undefined {
  const other = pairOf(node, info)?.other;
  const alternate = other === undefined ? undefined : addressUrl(node, other);
  return alternate === node ? undefined : alternate;
}

/** The REST URL of a node that SystemInfo names: same scheme, and the port asked where none is named (before 12.6). */
function addressUrl(node: NodeId, { host, httpsPort }: NodeAddress): string | undefined {
  const url = new URL(node);
  const port = httpsPort ?? url.port;
  try {
    return new URL(`${url.protocol}//${bracketed(host)}${port === '' ? '' : `:${port}`}`).origin;
  } catch {
    return undefined; // a host that no URL can hold: as good as none
  }
}

function bracketed(host: string): string {
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}

function webTarget(
  kind: 'websocket' | 'bosh',
  url: URL,
  info: SystemInfo,
  { notification, transport, ca }: EndpointOptions,
  own: NotificationEndpointOptions | undefined,
): Pick<XmppEndpoint, 'target' | 'secure' | 'startTls'> {
  const bosh = kind === 'bosh';
  const given = bosh
    ? { ...notification.bosh, ...own?.bosh }
    : { ...notification.webSocket, ...own?.webSocket };
  const { port, path = bosh ? '/http-bind' : '/ws', tls = url.protocol === 'https:' } = given;
  // 12.6 serves both on the REST port and deprecates 7443; a SystemInfo that names ports is at least 12.6's. A port speaks
  // TLS or does not: what differs from REST in that is on a port of its own in every release.
  const onRestPort = info.primaryNode?.httpsPort !== undefined && tls === (url.protocol === 'https:');
  const used = port ?? (onRestPort ? url.port : tls ? FINESSE_PORTS.webSocket : FINESSE_PORTS.boshInsecure);
  const scheme = bosh ? (tls ? 'https' : 'http') : tls ? 'wss' : 'ws';
  const target: ConnectTarget = {
    kind,
    url: `${scheme}://${url.hostname}${used === '' ? '' : `:${used}`}${path}`,
    ca,
    ...(transport === 'auto' && !bosh ? { tellWhy: true } : {}),
  };
  return { target, secure: tls, startTls: 'never' };
}

function tcpTarget(
  url: URL,
  info: SystemInfo,
  { notification, ca }: EndpointOptions,
  own: NotificationEndpointOptions | undefined,
): Pick<XmppEndpoint, 'target' | 'secure' | 'startTls'> {
  const { port, tls = 'direct' }: TcpOptions = { ...notification.tcp, ...own?.tcp };
  const named = pairOf(url.origin, info)?.self;
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (tls === 'direct') {
    const used = port ?? named?.xmppSecurePort ?? FINESSE_PORTS.xmppTls;
    return { target: { kind: 'tls', host, port: used, ca }, secure: true, startTls: 'never' };
  }
  const used = port ?? named?.xmppPort ?? FINESSE_PORTS.xmpp;
  return {
    target: { kind: 'tcp', host, port: used, ca },
    secure: false,
    startTls: tls === 'starttls' ? 'required' : 'never',
  };
}
