import { type Lab, type NodeName, nodeNames } from '@finesse-ha/lab';
import type { Account, NodeAddress } from './subject.js';

/**
 * What a client of one of the lab's agents has to know.
 * @param relayed whose notification service is reached through the relay where `xmpp-connection` is cut; past it, no CPU is
 * spent on relaying
 */
export function accountOf(lab: Lab, id: string, relayed: readonly NodeName[] = nodeNames): Account {
  const address = (name: NodeName) => addressOf(lab, name, relayed.includes(name));
  return { ...lab.credentials(id), nodes: [address('primary'), address('secondary')] };
}

function addressOf(lab: Lab, name: NodeName, relayed: boolean): NodeAddress {
  const { host, ports } = lab.deployment.places.nodes[name];
  const webSocketPort = relayed ? ports.webSocket : ports.internalWebSocket;
  return {
    name,
    restUrl: lab.url(name),
    webSocketUrl: `ws://${host}:${webSocketPort}/ws`,
    webSocketPort,
    domain: host,
  };
}
