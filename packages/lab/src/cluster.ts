import { type Deployment, LabError, type NodeName } from './deployment.js';

/** Where the members of a cluster listen for one another, each at its own address. */
export const clusterPort = 14_369;

/** How far the second member's address lies above its node's: 127.0.0.1 and 127.0.0.11. */
const memberStep = 10;

/** The processes that are a node's notification service, and the addresses at which they listen: one, or a cluster's two. */
export function notificationMembers(
  { places, notification }: Pick<Deployment, 'places' | 'notification'>,
  node: NodeName,
): { process: string; host: string }[] {
  const { host } = places.nodes[node];
  const process = `${node}-notification`;
  if (notification !== 'ejabberd-cluster') return [{ process, host }];
  if (places.nodes.primary.host === places.nodes.secondary.host) {
    throw new LabError('an ejabberd cluster needs loopback addresses of its own, and there is but one');
  }
  const second = host.replace(/\d+$/, (last) => String(Number(last) + memberStep));
  return [
    { process: `${process}-1`, host },
    { process: `${process}-2`, host: second },
  ];
}
