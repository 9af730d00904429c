import type { Lab, NodeName } from '@finesse-ha/lab';

/** Where a client finds one node. All of it stays the same through every fault. */
export interface NodeEndpoints {
  /** Origin of the REST API; paths begin with `/finesse/api/`. */
  restUrl: string;
  /** XMPP over WebSocket (RFC 7395). */
  webSocketUrl: string;
  /** XMPP over BOSH (XEP-0206). */
  boshUrl: string;
  /** XMPP over TCP: plain with STARTTLS on `port`, TLS from the first byte on `tlsPort`. */
  xmpp: { host: string; port: number; tlsPort: number };
  /** The XMPP domain of this node: agents are `ID@domain`, nodes are on `pubsub.domain`. */
  domain: string;
}

/** How a node of a lab is reached. */
export function endpointsOf(lab: Lab, node: NodeName): NodeEndpoints {
  const { host, ports } = lab.deployment.places.nodes[node];
  const secure = lab.tls ? 's' : '';
  const notification = `${host}:${ports.webSocket}`;
  return {
    restUrl: lab.url(node),
    webSocketUrl: `ws${secure}://${notification}/ws`,
    boshUrl: `http${secure}://${notification}/http-bind`,
    xmpp: { host, port: ports.xmpp, tlsPort: ports.xmppTls },
    domain: host,
  };
}
