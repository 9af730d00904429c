import { createContext, type ReactNode, useContext, useMemo } from 'react';
import type { Deployment } from './deployment.js';
import { type NameNode, nodeNames } from './node-names.js';

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
