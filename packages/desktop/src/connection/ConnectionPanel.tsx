import type { Deployment } from '../deployment.js';

/** The view "Connection": both nodes over time, the decisions, and in a lab the faults. */
export function ConnectionPanel({ deployment }: { deployment: Deployment }) {
  return (
    <ul>
      {deployment.nodes.map((node) => (
        <li key={node.restUrl}>{node.restUrl}</li>
      ))}
    </ul>
  );
}
