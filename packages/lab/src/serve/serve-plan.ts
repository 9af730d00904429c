/** From a deployment's file to the processes of this machine. */
import { readFileSync } from 'node:fs';
import { type ProcessPlan, planProcesses } from '../configs.js';
import { agentsOf, readContactCenter } from '../contact-center.js';
import type { Deployment, NodeName } from '../deployment.js';
import type { Component, DeploymentFile } from './deployment-file.js';

/** Addresses that are no names: what listens on them is reached by another. */
const everywhere = new Set(['0.0.0.0', '::']);

/**
 * The processes that the file tells to run here, each with its configuration.
 * @throws {LabError} when the contact center's file cannot be used
 * @throws {Error} when the authority's certificate cannot be read
 */
export function planDeployment(file: DeploymentFile): ProcessPlan[] {
  const certificate = {
    certFile: file.tls.certFile,
    keyFile: file.tls.keyFile,
    ca: readFileSync(file.tls.caFile ?? file.tls.certFile, 'utf8'),
  };
  return planProcesses(deploymentOf(file), certificate, file.tls.required)
    .filter(({ name }) => (file.run as readonly string[]).includes(name))
    .map((plan) => ({ ...plan, config: { ...plan.config, ...overlay(file, plan) } }));
}

/** What the lab says of itself. Without links their ports are those behind them. */
function deploymentOf(file: DeploymentFile): Deployment {
  const { agents, ...center } = readContactCenter(file.contactCenter, file.deploymentType);
  const node = ({ host, ports, links }: DeploymentFile['nodes']['primary']) => ({
    host,
    ports: {
      ...ports,
      internalXmpp: links?.xmpp ?? ports.xmpp,
      internalXmppTls: links?.xmppTls ?? ports.xmppTls,
      internalWebSocket: links?.webSocket ?? ports.webSocket,
      linkCtiA: links?.ctiA ?? file.cti.a.port,
      linkCtiB: links?.ctiB ?? file.cti.b.port,
    },
  });
  const { a, b } = file.cti;
  return {
    places: {
      nodes: { primary: node(file.nodes.primary), secondary: node(file.nodes.secondary) },
      cti: { host: a.host, ports: { a: a.port, b: b.port, peerA: a.peerPort, peerB: b.peerPort } },
    },
    agents: agentsOf({ agents, ...center }, file.agents),
    center,
    deploymentType: file.deploymentType,
    notification: 'embedded',
    secrets: file.secrets,
    logTraffic: file.logTraffic,
    clientRelays: 1,
    forcedLogoutMs: file.forcedLogoutMs,
    ctiHeartbeatIntervalMs: file.cti.heartbeatIntervalMs,
    maintenanceWarningMs: file.maintenanceWarningMs,
    logoutOnAgentDisconnect: file.logoutOnAgentDisconnect,
  };
}

/** What an operator's process has other than the lab's. */
function overlay(file: DeploymentFile, { name, config }: ProcessPlan): object {
  const management = file.management[name as Component];
  const common = { logLevel: file.logLevel, ...(management === undefined ? {} : { management }) };
  if (name === 'cti-a' || name === 'cti-b') {
    const [own, other] = name === 'cti-a' ? [file.cti.a, file.cti.b] : [file.cti.b, file.cti.a];
    return { ...common, host: own.listen ?? own.host, peer: { host: other.host, port: other.peerPort } };
  }
  const node: NodeName = name.startsWith('primary') ? 'primary' : 'secondary';
  const { host, listen = host, links, database } = file.nodes[node];
  if (name.endsWith('-notification')) return { ...common, host: listen, requireTls: file.tls.required };
  if (name.endsWith('-link-clients') || name.endsWith('-link-cti')) return common;
  return {
    ...common,
    host: listen,
    allowedOrigins: [...file.allowedOrigins, ...originsOf(file)],
    notification: { ...(config as { notification: object }).notification, ...linkTo(file, host, listen) },
    ...(links === undefined ? { cti: { ...(config as { cti: object }).cti, sides: sidesOf(file) } } : {}),
    ...(file.tls.required ? { peer: { ...(config as { peer: object }).peer, caFile: authority(file) } } : {}),
    ...(database === undefined ? {} : { database }),
  };
}

/** Over TLS the certificate must fit the name; in the clear the link stays on the machine. */
function linkTo(file: DeploymentFile, host: string, listen: string): object {
  if (file.tls.required) return { host, caFile: authority(file) };
  return { host: everywhere.has(listen) ? '127.0.0.1' : listen };
}

function authority({ tls }: DeploymentFile): string {
  return tls.caFile ?? tls.certFile;
}

function sidesOf({ cti }: DeploymentFile): object[] {
  return [
    { name: 'A', host: cti.a.host, port: cti.a.port },
    { name: 'B', host: cti.b.host, port: cti.b.port },
  ];
}

/** A desktop that either node serves asks both. */
function originsOf({ nodes, tls }: DeploymentFile): string[] {
  return [nodes.primary, nodes.secondary].map(
    ({ host, ports }) => `${tls.required ? 'https' : 'http'}://${host}:${ports.rest}`,
  );
}
