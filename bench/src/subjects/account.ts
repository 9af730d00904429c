import type { Lab, NodeName } from '@finesse-ha/lab';
import type { Account, NodeAddress } from './subject.js';

/**
 * What a client of one of the lab's agents has to know.
 * @param pastRelay whether it connects to the notification service itself, past the relay where `xmpp-connection` is cut
 */
export function accountOf(lab: Lab, id: string, { pastRelay = false } = {}): Account {
  const nodes = [addressOf(lab, 'primary', pastRelay), addressOf(lab, 'secondary', pastRelay)] as const;
  return { ...lab.credentials(id), nodes };
}

function addressOf(lab: Lab, name: NodeName, pastRelay: boolean): NodeAddress {
  const { host, ports } = lab.deployment.places.nodes[name];
  const webSocketPort = pastRelay ? ports.internalWebSocket : ports.webSocket;
  return {
    name,
    restUrl: lab.url(name),
    webSocketUrl: `ws://${host}:${webSocketPort}/ws`,
    webSocketPort,
    domain: host,
  };
}
