/** SystemInfo of this node, with the full field list of the current API (systeminfo-api-parameters, 12.6 to 15.0). */
import type { CtiSession } from '@finesse-ha/cti';
import { pubSubDomain, type SystemInfo } from '@finesse-ha/protocol';
import type { NodeConfig } from './config.js';
import type { Maintenance } from './serviceability/maintenance.js';
import type { Assessment } from './status.js';

/** Where a node tells it. */
export const SYSTEM_INFO_PATH = '/finesse/api/SystemInfo';

/** What SystemInfo shows of a CTI server that is not in maintenance mode: a negative time. */
const NOT_IN_MAINTENANCE = -1;

/**
 * The node's SystemInfo.
 * @param now epoch ms
 */
export function systemInfoOf(
  config: NodeConfig,
  assessment: Assessment,
  cti: CtiSession['state'],
  maintenance: Pick<Maintenance, 'status' | 'seconds'>,
  now: number,
): SystemInfo {
  const { heartbeatIntervalMs, version, peripheralId, sides } = config.cti;
  return {
    currentTimestamp: new Date(now).toISOString(),
    deploymentType: config.deploymentType,
    lastCTIHeartbeatStatus: cti.lastHeartbeat.status,
    // 0: there was none yet.
    lastSuccessCTIHeartbeatTime: cti.lastHeartbeat.at ?? 0,
    ctiVersion: String(version),
    ctiHeartbeatInterval: Math.ceil(heartbeatIntervalMs / 1_000),
    ctiMMode: '',
    ctiTimeInMMode: NOT_IN_MAINTENANCE,
    finesseMMode: maintenance.status ?? '',
    finesseTimeInMMode: maintenance.seconds,
    license: '',
    peripheralId: String(peripheralId),
    primaryNode: config.nodes.primary,
    secondaryNode: config.nodes.secondary ?? undefined,
    status: assessment.status,
    statusReason: assessment.statusReason,
    systemAuthMode: 'NON_SSO',
    timezoneOffset: -new Date(now).getTimezoneOffset(),
    uri: SYSTEM_INFO_PATH,
    xmppDomain: config.domain,
    xmppPubSubDomain: pubSubDomain(config.domain),
    ctiServers: sides.map(({ name, host }) => {
      const active = cti.open && cti.side === name;
      const since = active ? (cti.openSinceAt ?? now) : now;
      return { host, connectedDuration: Math.max(0, Math.floor((now - since) / 1_000)), active };
    }),
    unknown: [],
  };
}
