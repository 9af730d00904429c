import type { Deployment } from './deployment.js';
import { strings } from './strings/index.js';

/** How people call a node: within a sentence, and by itself. */
export interface NodeLabel {
  readonly inText: string;
  readonly short: string;
}

/** Names a node by its REST URL. */
export type NameNode = (restUrl: string) => NodeLabel;

/** Names for the nodes of a deployment; what it does not know is named by its host. */
export function nodeNames({ nodes }: Deployment): NameNode {
  return (restUrl) => {
    const known = nodes.find((node) => node.restUrl === restUrl);
    const label = known === undefined ? undefined : strings.node[known.name];
    const host = known?.name ?? (URL.canParse(restUrl) ? new URL(restUrl).host : restUrl);
    return label ?? { inText: host, short: host };
  };
}
