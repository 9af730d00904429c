import type { Lab, NodeName } from '@finesse-ha/lab';
import type { Account, NodeAddress } from './subject.js';

/** What a client of one of the lab's agents has to know. */
export function accountOf(lab: Lab, id: string): Account {
  return { ...lab.credentials(id), nodes: [addressOf(lab, 'primary'), addressOf(lab, 'secondary')] };
}

function addressOf(lab: Lab, name: NodeName): NodeAddress {
  const { host, ports } = lab.deployment.places.nodes[name];
  return {
    name,
    restUrl: lab.url(name),
    webSocketUrl: `ws://${host}:${ports.webSocket}/ws`,
    webSocketPort: ports.webSocket,
    domain: host,
  };
}
