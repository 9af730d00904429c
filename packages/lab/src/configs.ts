import type { LabCertificate } from './certificates.js';
import { type Deployment, labReasonCodes, labTeams, type NodeName, nodeNames } from './deployment.js';

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

function ctiPlan({ hosts, ports, agents, deploymentType }: Deployment, side: 'A' | 'B'): ProcessPlan {
  const host = hosts.primary;
  return {
    name: `cti-${side.toLowerCase()}`,
    entry: '@finesse-ha/cti/server-main',
    config: {
      side,
      host,
      port: side === 'A' ? ports.ctiA : ports.ctiB,
      peerPort: side === 'A' ? ports.ctiPeerA : ports.ctiPeerB,
      peer: { host, port: side === 'A' ? ports.ctiPeerB : ports.ctiPeerA },
      deploymentType,
      peripheralId,
      agents,
    },
  };
}

function nodePlans(
  deployment: Deployment,
  certificate: LabCertificate,
  tls: boolean,
  node: NodeName,
): ProcessPlan[] {
  const { hosts, ports, agents, deploymentType, secrets } = deployment;
  const host = hosts[node];
  const files = { certFile: certificate.certFile, keyFile: certificate.keyFile };
  const address = (of: NodeName) => ({
    host: hosts[of],
    httpsPort: ports.rest,
    xmppPort: ports.xmpp,
    xmppSecurePort: ports.xmppTls,
  });
  const relay = (port: number, toPort: number, toHost = host) => ({ host, port, toHost, toPort });
  return [
    {
      name: `${node}-notification`,
      entry: '@finesse-ha/notification/service-main',
      config: {
        node,
        domain: host,
        host,
        ports: {
          xmpp: ports.internalXmpp,
          xmppTls: ports.internalXmppTls,
          webSocket: ports.internalWebSocket,
        },
        webSocketTls: tls,
        tls: files,
        users: agents.map(({ id, password }) => ({ id, password })),
        finessePassword: secrets.finesse,
      },
    },
    {
      name: `${node}-link-clients`,
      entry: '@finesse-ha/lab/link-main',
      config: {
        name: `${node} clients`,
        listeners: [
          relay(ports.xmpp, ports.internalXmpp),
          relay(ports.xmppTls, ports.internalXmppTls),
          relay(ports.webSocket, ports.internalWebSocket),
        ],
      },
    },
    {
      name: `${node}-link-cti`,
      entry: '@finesse-ha/lab/link-main',
      config: {
        name: `${node} cti`,
        listeners: [
          relay(ports.linkCtiA, ports.ctiA, hosts.primary),
          relay(ports.linkCtiB, ports.ctiB, hosts.primary),
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
        ...(tls ? { tls: files } : {}),
        deploymentType,
        domain: host,
        nodes: { primary: address('primary'), secondary: address('secondary') },
        notification: { host, port: ports.internalXmpp, password: secrets.finesse },
        cti: {
          sides: [
            { name: 'A', host, port: ports.linkCtiA },
            { name: 'B', host, port: ports.linkCtiB },
          ],
          peripheralId,
          heartbeatIntervalMs: deployment.ctiHeartbeatIntervalMs,
        },
        peer: {
          url: `${tls ? 'https' : 'http'}://${hosts[other(node)]}:${ports.rest}`,
          secret: secrets.peer,
          ...(tls ? { caFile: certificate.certFile } : {}),
        },
        secret: secrets.peer,
        agents,
        teams: labTeams,
        reasonCodes: labReasonCodes,
        forcedLogoutMs: deployment.forcedLogoutMs,
        // A laboratory's desktops come from either node and from development servers.
        allowedOrigins: ['*'],
      },
    },
  ];
}
