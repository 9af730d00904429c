import type { LabCertificate } from './certificates.js';
import { clusterPort, notificationMembers } from './cluster.js';
import { queuesOf } from './contact-center.js';
import { type Deployment, type NodeName, nodeNames, type Places } from './deployment.js';

/** A process of the lab before it runs: its name, the entry of its package, its configuration. */
export interface ProcessPlan {
  name: string;
  entry: string;
  config: object;
}

const peripheralId = 5000;

function other(node: NodeName): NodeName {
  return node === 'primary' ? 'secondary' : 'primary';
}

/** Every process of a deployment. Each depends on the others by addresses only and may start in any order. */
export function planProcesses(
  deployment: Deployment,
  certificate: LabCertificate,
  tls: boolean,
): ProcessPlan[] {
  return [
    ctiPlan(deployment, 'A'),
    ctiPlan(deployment, 'B'),
    ...nodeNames.flatMap((node) => nodePlans(deployment, certificate, tls, node)),
  ];
}

function ctiPlan({ places, agents, center, deploymentType }: Deployment, side: 'A' | 'B'): ProcessPlan {
  const { host, ports } = places.cti;
  return {
    name: `cti-${side.toLowerCase()}`,
    entry: '@finesse-ha/cti/server-main',
    config: {
      side,
      host,
      port: side === 'A' ? ports.a : ports.b,
      peerPort: side === 'A' ? ports.peerA : ports.peerB,
      peer: { host, port: side === 'A' ? ports.peerB : ports.peerA },
      deploymentType,
      peripheralId,
      agents,
      teams: center.teams,
      queues: queuesOf(center, agents),
    },
  };
}

function nodePlans(
  deployment: Deployment,
  certificate: LabCertificate,
  tls: boolean,
  node: NodeName,
): ProcessPlan[] {
  const { places, agents, center, deploymentType, notification, secrets } = deployment;
  const { host, ports } = places.nodes[node];
  const { cti } = places;
  const files = { certFile: certificate.certFile, keyFile: certificate.keyFile };
  const rest = {
    restUrl: `${tls ? 'https' : 'http'}://${host}:${ports.rest}`,
    ...(tls ? { restCaFile: certificate.certFile } : {}),
  };
  const peer = places.nodes[other(node)];
  const address = (of: Places['nodes'][NodeName]) => ({
    host: of.host,
    httpsPort: of.ports.rest,
    xmppPort: of.ports.xmpp,
    xmppSecurePort: of.ports.xmppTls,
  });
  const relay = (port: number, toPort: number, toHost = host) => ({ host, port, toHost, toPort });
  const members = notificationMembers(deployment, node);
  const toService = (port: number, toPort: number) => ({
    ...relay(port, toPort),
    alsoTo: members.slice(1).map((member) => member.host),
  });
  const cluster =
    members.length === 1
      ? {}
      : { cluster: { members: members.map((member) => member.host), port: clusterPort } };
  return [
    ...members.map((member) => ({
      name: member.process,
      entry: `@finesse-ha/notification/${notification === 'embedded' ? 'service' : 'external'}-main`,
      config: {
        node,
        domain: host,
        host: member.host,
        ports: {
          xmpp: ports.internalXmpp,
          xmppTls: ports.internalXmppTls,
          webSocket: ports.internalWebSocket,
        },
        webSocketTls: tls,
        logTraffic: deployment.logTraffic,
        tls: files,
        users: agents.map(({ id, password }) => ({ id, password })),
        finessePassword: secrets.finesse,
        ...(notification === 'embedded' ? {} : { external: { server: notification, ...rest, ...cluster } }),
      },
    })),
    {
      name: `${node}-link-clients`,
      entry: '@finesse-ha/lab/link-main',
      config: {
        name: `${node} clients`,
        processes: deployment.clientRelays,
        logTraffic: deployment.logTraffic,
        listeners: [
          toService(ports.xmpp, ports.internalXmpp),
          toService(ports.xmppTls, ports.internalXmppTls),
          toService(ports.webSocket, ports.internalWebSocket),
        ],
      },
    },
    {
      name: `${node}-link-cti`,
      entry: '@finesse-ha/lab/link-main',
      config: {
        name: `${node} cti`,
        listeners: [
          relay(ports.linkCtiA, cti.ports.a, cti.host),
          relay(ports.linkCtiB, cti.ports.b, cti.host),
        ],
      },
    },
    {
      name: `${node}-web-host`,
      entry: '@finesse-ha/server/web-host-main',
      config: {
        node,
        host,
        restPort: ports.rest,
        logRequests: deployment.logTraffic,
        ...(tls ? { tls: files } : {}),
        deploymentType,
        domain: host,
        nodes: { primary: address(places.nodes.primary), secondary: address(places.nodes.secondary) },
        notification: {
          host,
          otherHosts: members.slice(1).map((member) => member.host),
          port: ports.internalXmpp,
          password: secrets.finesse,
          service: notification === 'embedded' ? 'embedded' : 'external',
        },
        cti: {
          sides: [
            { name: 'A', host, port: ports.linkCtiA },
            { name: 'B', host, port: ports.linkCtiB },
          ],
          peripheralId,
          heartbeatIntervalMs: deployment.ctiHeartbeatIntervalMs,
        },
        peer: {
          url: `${tls ? 'https' : 'http'}://${peer.host}:${peer.ports.rest}`,
          secret: secrets.peer,
          ...(tls ? { caFile: certificate.certFile } : {}),
        },
        secret: secrets.peer,
        agents,
        ...center,
        queues: queuesOf(center, agents),
        forcedLogoutMs: deployment.forcedLogoutMs,
        logoutOnAgentDisconnect: deployment.logoutOnAgentDisconnect,
        maintenance: { warningMs: deployment.maintenanceWarningMs },
        // A laboratory's desktops come from either node and from development servers.
        allowedOrigins: ['*'],
        ...desktopConfig(deployment, tls),
      },
    },
  ];
}

function desktopConfig({ desktop, places }: Deployment, tls: boolean): object {
  if (desktop === undefined) return {};
  const nodes = nodeNames.map((name) => {
    const { host, ports } = places.nodes[name];
    return {
      name,
      restUrl: `${tls ? 'https' : 'http'}://${host}:${ports.rest}`,
      webSocketUrl: `${tls ? 'wss' : 'ws'}://${host}:${ports.webSocket}/ws`,
      domain: host,
    };
  });
  return { desktop: { directory: desktop.directory, nodes, lab: { controlUrl: desktop.controlUrl } } };
}
