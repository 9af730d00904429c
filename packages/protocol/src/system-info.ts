import { ChildReader, copies, type Extensible, kept, leaf, listOf, record, rootOf } from './codec.js';
import type { Element } from './ltx.js';
import { xml } from './xml.js';

/** One node as SystemInfo names it. The ports are there since 12.6(1). */
export interface NodeAddress {
  host: string;
  httpsPort?: number | undefined;
  xmppPort?: number | undefined;
  xmppSecurePort?: number | undefined;
}

/** A CTI server that the node knows, since 12.6(1). */
export interface CtiServerInfo extends Extensible {
  host: string;
  /** Seconds. */
  connectedDuration?: number | undefined;
  active?: boolean | undefined;
}

/**
 * SystemInfo (dev guide 12.5 p.333; "systeminfo-api-parameters" for 12.6 to 15.0). Fields that a release or a
 * notification leaves out are undefined, or empty strings where Finesse writes empty elements.
 */
export interface SystemInfo {
  /** ISO 8601. */
  currentTimestamp: string;
  /** `UCCE` or `UCCX`. */
  deploymentType: string;
  /** `success` or `failure`. */
  lastCTIHeartbeatStatus: string;
  /** Epoch milliseconds. */
  lastSuccessCTIHeartbeatTime?: number | undefined;
  ctiVersion: string;
  /** Seconds. */
  ctiHeartbeatInterval?: number | undefined;
  ctiMMode?: string | undefined;
  ctiTimeInMMode?: number | undefined;
  finesseMMode?: string | undefined;
  finesseTimeInMMode?: number | undefined;
  license: string;
  peripheralId: string;
  primaryNode?: NodeAddress | undefined;
  secondaryNode?: NodeAddress | undefined;
  /** `IN_SERVICE`, `OUT_OF_SERVICE`; the error chapter also names `PARTIAL_SERVICE`. */
  status: string;
  statusReason: string;
  systemAuthMode: string;
  /** Minutes. */
  timezoneOffset?: number | undefined;
  uri: string;
  xmppDomain: string;
  xmppPubSubDomain: string;
  ctiServers: readonly CtiServerInfo[];
  unknown: readonly Element[];
}

/** A number or a truth value that cannot be read is undefined and stands in `unknown`. @throws {XmlError | CodecError} */
export function parseSystemInfo(input: string | Element): SystemInfo {
  const read = new ChildReader(rootOf(input, 'SystemInfo'));
  return {
    currentTimestamp: read.text('currentTimestamp'),
    deploymentType: read.text('deploymentType'),
    lastCTIHeartbeatStatus: read.text('lastCTIHeartbeatStatus'),
    lastSuccessCTIHeartbeatTime: read.number('lastSuccessCTIHeartbeatTime'),
    ctiVersion: read.text('ctiVersion'),
    ctiHeartbeatInterval: read.number('ctiHeartbeatInterval'),
    ctiMMode: read.optionalText('ctiMMode'),
    ctiTimeInMMode: read.number('ctiTimeInMMode'),
    finesseMMode: read.optionalText('finesseMMode'),
    finesseTimeInMMode: read.number('finesseTimeInMMode'),
    license: read.text('license'),
    peripheralId: read.text('peripheralId'),
    primaryNode: read.nested('primaryNode', parseNode),
    secondaryNode: read.nested('secondaryNode', parseNode),
    status: read.text('status'),
    statusReason: read.text('statusReason'),
    systemAuthMode: read.text('systemAuthMode'),
    timezoneOffset: read.number('timezoneOffset'),
    uri: read.text('uri'),
    xmppDomain: read.text('xmppDomain'),
    xmppPubSubDomain: read.text('xmppPubSubDomain'),
    ctiServers: read.list('ctiServers', 'ctiServer', parseCtiServer),
    unknown: read.unknown(),
  };
}

function parseNode(read: ChildReader): NodeAddress | undefined {
  const host = read.text('host');
  // A single-node deployment writes an empty secondaryNode.
  if (host === '') return undefined;
  return {
    host,
    httpsPort: read.number('httpsPort'),
    xmppPort: read.number('xmppPort'),
    xmppSecurePort: read.number('xmppSecurePort'),
  };
}

function parseCtiServer(element: Element): CtiServerInfo {
  const read = new ChildReader(element);
  return {
    host: read.text('host'),
    connectedDuration: read.number('connectedDuration'),
    active: read.boolean('active'),
    ...kept(read.unknown()),
  };
}

/** In the documented order. @param name `SystemInfo` over REST, `systemInfo` in a notification */
export function systemInfoElement(info: SystemInfo, name = 'SystemInfo'): Element {
  return xml(
    name,
    {},
    leaf('currentTimestamp', info.currentTimestamp),
    leaf('deploymentType', info.deploymentType),
    leaf('lastCTIHeartbeatStatus', info.lastCTIHeartbeatStatus),
    leaf('lastSuccessCTIHeartbeatTime', info.lastSuccessCTIHeartbeatTime),
    leaf('ctiVersion', info.ctiVersion),
    leaf('ctiHeartbeatInterval', info.ctiHeartbeatInterval),
    leaf('ctiMMode', info.ctiMMode),
    leaf('ctiTimeInMMode', info.ctiTimeInMMode),
    leaf('finesseMMode', info.finesseMMode),
    leaf('finesseTimeInMMode', info.finesseTimeInMMode),
    leaf('license', info.license),
    leaf('peripheralId', info.peripheralId),
    nodeElement('primaryNode', info.primaryNode),
    nodeElement('secondaryNode', info.secondaryNode),
    leaf('status', info.status),
    leaf('statusReason', info.statusReason),
    leaf('systemAuthMode', info.systemAuthMode),
    leaf('timezoneOffset', info.timezoneOffset),
    leaf('uri', info.uri),
    leaf('xmppDomain', info.xmppDomain),
    leaf('xmppPubSubDomain', info.xmppPubSubDomain),
    listOf('ctiServers', info.ctiServers.map(ctiServerElement)),
    ...copies(info.unknown),
  );
}

function nodeElement(name: string, node: NodeAddress | undefined): Element | undefined {
  if (node === undefined) return undefined;
  const { host, httpsPort, xmppPort, xmppSecurePort } = node;
  return record(name, { host, httpsPort, xmppPort, xmppSecurePort });
}

function ctiServerElement({ host, connectedDuration, active, unknown }: CtiServerInfo): Element {
  return record('ctiServer', { host, connectedDuration, active }, ...copies(unknown));
}

/** The body of a REST answer. */
export function formatSystemInfo(info: SystemInfo): string {
  return systemInfoElement(info).toString();
}
