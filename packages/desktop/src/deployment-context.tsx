import { createContext, type ReactNode, useContext, useMemo } from 'react';
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

const Context = createContext<NameNode | null>(null);

export function DeploymentProvider({
  deployment,
  children,
}: {
  deployment: Deployment;
  children: ReactNode;
}) {
  const names = useMemo(() => nodeNames(deployment), [deployment]);
  return <Context value={names}>{children}</Context>;
}

/** Names the nodes of this deployment. @throws {Error} outside of a DeploymentProvider */
export function useNodeNames(): NameNode {
  const names = useContext(Context);
  if (names === null) throw new Error('useNodeNames is used outside of a DeploymentProvider');
  return names;
}
