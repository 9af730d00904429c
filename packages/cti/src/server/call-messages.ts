import { eccLists } from '../call-control.js';
import { noHistory } from '../schema/statistics-messages.js';
import type { KnownMessage, MessageOf } from '../schema.js';
import { connectionState, deviceType, none16, none32, peripheralTypes } from '../values.js';
import type { CallEvent, CallRecord, LabQueue, PartyStateName } from './call-records.js';
import { isPresent } from './call-state.js';
import type { LabModel } from './lab-model.js';
import type { Peripheral } from './messages.js';

const states: Readonly<Record<PartyStateName, number>> = {
  initiating: connectionState.initiate,
  initiated: connectionState.initiate,
  alerting: connectionState.alerting,
  active: connectionState.connect,
  held: connectionState.hold,
  failed: connectionState.fail,
  working: connectionState.null,
  left: connectionState.null,
};

/** An event of a call as an ALL_EVENTS client gets it. */
export function callEvent({ peripheralId, deploymentType }: Peripheral, event: CallEvent): KnownMessage {
  const { call, at, extension = '', secondaryCallId } = event;
  const head = { monitorId: 0, peripheralId, peripheralType: peripheralTypes[deploymentType] };
  const connection = {
    ...head,
    connectionDeviceIdType: deviceType.device,
    connectionCallId: call.callId,
    connectionDeviceId: extension,
    happenedAt: at,
  };
  const skill = { skillGroupNumber: call.queueId ?? none32, skillGroupId: none32, skillGroupPriority: 0 };
  const line = { lineHandle: none16, lineType: 0, serviceNumber: none32, serviceId: none32, ...skill };
  const party = call.parties.find((one) => one.extension === extension);
  const ending = {
    localConnectionState: party === undefined ? none16 : states[party.state],
    eventCause: event.cause ?? none16,
  };
  const device = deviceType.device;
  const callers = { callingDeviceId: call.ani, calledDeviceId: call.dialedNumber };
  const callerTypes = { callingDeviceType: device, calledDeviceType: device, lastRedirectDeviceType: none16 };
  switch (event.kind) {
    case 'begin':
      return { type: 'BEGIN_CALL_EVENT', ...connection, ...dataOf(call), calledPartyDisposition: 0 };
    case 'initiated':
      return {
        type: 'CALL_SERVICE_INITIATED_EVENT',
        ...connection,
        ...line,
        callingDeviceType: device,
        ...ending,
        callingDeviceId: extension,
      };
    case 'originated':
      return {
        type: 'CALL_ORIGINATED_EVENT',
        ...connection,
        ...line,
        callingDeviceType: device,
        calledDeviceType: device,
        ...ending,
        ...callers,
      };
    case 'queued':
      return {
        type: 'CALL_QUEUED_EVENT',
        ...connection,
        serviceNumber: none32,
        serviceId: none32,
        queueDeviceType: device,
        ...callerTypes,
        numQueued: 1,
        numSkillGroups: 1,
        ...ending,
        queueDeviceId: extension,
        ...callers,
        skillGroups: [{ ...skill, skillGroupState: 0 }],
      };
    case 'delivered': {
      const { numNamedVariables, numNamedArrays, ...data } = variablesOf(call);
      return {
        type: 'CALL_DELIVERED_EVENT',
        ...connection,
        ...line,
        alertingDeviceType: device,
        ...callerTypes,
        ...ending,
        numNamedVariables,
        numNamedArrays,
        alertingDeviceId: extension,
        ...callers,
        ...data,
      };
    }
    case 'established':
      return {
        type: 'CALL_ESTABLISHED_EVENT',
        ...connection,
        ...line,
        answeringDeviceType: device,
        ...callerTypes,
        ...ending,
        answeringDeviceId: extension,
        ...callers,
      };
    case 'held':
      return {
        type: 'CALL_HELD_EVENT',
        ...connection,
        holdingDeviceType: device,
        ...ending,
        holdingDeviceId: extension,
      };
    case 'retrieved':
      return {
        type: 'CALL_RETRIEVED_EVENT',
        ...connection,
        retrievingDeviceType: device,
        ...ending,
        retrievingDeviceId: extension,
      };
    case 'failed':
      return {
        type: 'CALL_FAILED_EVENT',
        ...connection,
        failingDeviceType: device,
        calledDeviceType: device,
        ...ending,
        failingDeviceId: extension,
        calledDeviceId: call.dialedNumber,
      };
    case 'released':
      return {
        type: 'CALL_CONNECTION_CLEARED_EVENT',
        ...connection,
        releasingDeviceType: device,
        ...ending,
        releasingDeviceId: extension,
      };
    case 'cleared':
      return { type: 'CALL_CLEARED_EVENT', ...connection, ...ending };
    case 'end':
      return { type: 'END_CALL_EVENT', ...connection };
    case 'data':
      return {
        type: 'CALL_DATA_UPDATE_EVENT',
        ...connection,
        ...dataOf(call),
        newConnectionDeviceIdType: none16,
        newConnectionCallId: none32,
        calledPartyDisposition: 0,
        campaignId: 0,
        queryRuleId: 0,
      };
    case 'conferenced':
    case 'transferred': {
      const connectedParties = call.parties
        .filter(isPresent)
        .map((one) => ({ callId: call.callId, deviceIdType: device, deviceId: one.extension }));
      const joined = {
        ...head,
        primaryDeviceIdType: device,
        primaryCallId: call.callId,
        lineHandle: none16,
        lineType: 0,
        ...skill,
        numParties: connectedParties.length,
        secondaryDeviceIdType: device,
        secondaryCallId: secondaryCallId ?? none32,
        ...ending,
        happenedAt: at,
        connectedParties,
      };
      if (event.kind === 'transferred') {
        const types = { transferringDeviceType: device, transferredDeviceType: none16 };
        return { type: 'CALL_TRANSFERRED_EVENT', ...joined, ...types, transferringDeviceId: extension };
      }
      const types = { controllerDeviceType: device, addedPartyDeviceType: none16 };
      return { type: 'CALL_CONFERENCED_EVENT', ...joined, ...types, controllerDeviceId: extension };
    }
  }
}

/** The call data of BEGIN_CALL and of CALL_DATA_UPDATE. */
function dataOf(call: CallRecord) {
  return {
    numCtiClients: 0,
    callType: call.callType,
    ...keysOf(call),
    ...variablesOf(call),
  };
}

function keysOf({ ani, dialedNumber, associatedCallId }: CallRecord) {
  return { ani, dnis: dialedNumber, dialedNumber, associatedCallId };
}

function variablesOf({ variables, ecc, wrapUp }: CallRecord) {
  const { namedVariables, namedArrays } = eccLists(ecc);
  return {
    numNamedVariables: namedVariables.length,
    numNamedArrays: namedArrays.length,
    ...variables,
    callWrapupData: wrapUp,
    namedVariables,
    namedArrays,
  };
}

/** The whole of a call, with those who are in it or have work of it. */
export function callSnapshot(invokeId: number, call: CallRecord): MessageOf<'SNAPSHOT_CALL_CONF'> {
  const parties = call.parties.filter(({ state }) => state !== 'left');
  return {
    type: 'SNAPSHOT_CALL_CONF',
    invokeId,
    numCallDevices: parties.length,
    calledPartyDisposition: 0,
    ...dataOf(call),
    skillGroupNumber: call.queueId,
    happenedAt: call.startedAt,
    callDevices: parties.map(({ extension, state, startedAt, changedAt }) => ({
      callId: call.callId,
      connectionDeviceIdType: deviceType.device,
      connectionDeviceId: extension,
      deviceType: deviceType.device,
      deviceId: extension,
      connectionState: states[state],
      partyStartedAt: startedAt,
      partyChangedAt: changedAt,
    })),
  };
}

/** The calls at an extension. */
export function deviceSnapshot(
  invokeId: number,
  extension: string,
  calls: readonly CallRecord[],
): MessageOf<'SNAPSHOT_DEVICE_CONF'> {
  return {
    type: 'SNAPSHOT_DEVICE_CONF',
    invokeId,
    numCalls: calls.length,
    calls: calls.map(({ callId, parties }) => ({
      callId,
      connectionDeviceIdType: deviceType.device,
      connectionDeviceId: extension,
      callState: states[parties.find((party) => party.extension === extension)?.state ?? 'left'],
    })),
  };
}

/** What is counted of a queue now. */
export function queueStatistics(
  invokeId: number,
  { peripheralId }: Peripheral,
  queue: LabQueue,
  { agents, calls }: LabModel,
): MessageOf<'QUERY_SKILL_GROUP_STATISTICS_CONF'> {
  const skills = new Set(queue.skillTargetIds);
  const members = [...agents.records].flatMap(([id, record]) => {
    const agent = agents.configured(id);
    return agent !== undefined && skills.has(agent.skillTargetId) ? [record] : [];
  });
  const count = (...names: string[]) => members.filter(({ state }) => names.includes(state)).length;
  // Each talker counts once, by the call that it talks in.
  const talking = members.flatMap(({ state, extension }) => {
    if (state !== 'TALKING') return [];
    const active = (call: CallRecord) =>
      call.parties.some((party) => party.extension === extension && party.state === 'active');
    const call = calls.callsAt(extension).find(active);
    if (call?.queueId !== undefined && call.ani !== extension) return ['in'];
    return call?.queueId === undefined && call?.ani === extension ? ['out'] : ['other'];
  });
  const talkers = (kind: string) => talking.filter((one) => one === kind).length;
  const waiting = [...calls.calls.values()].flatMap(({ queueId, queuedAt }) =>
    String(queueId) === queue.id && queuedAt !== undefined ? [queuedAt] : [],
  );
  const longest =
    waiting.length === 0 ? 0 : Math.max(0, Math.floor((Date.now() - Math.min(...waiting)) / 1_000));
  return {
    type: 'QUERY_SKILL_GROUP_STATISTICS_CONF',
    invokeId,
    peripheralId,
    skillGroupNumber: Number(queue.id),
    skillGroupId: none32,
    agentsLoggedOn: members.length - count('LOGOUT'),
    agentsAvail: count('AVAILABLE'),
    agentsNotReady: count('NOT_READY'),
    agentsReady: members.length - count('LOGOUT', 'NOT_READY'),
    agentsTalkingIn: talkers('in'),
    agentsTalkingOut: talkers('out'),
    agentsTalkingOther: talkers('other'),
    agentsWorkNotReady: count('WORK_NOT_READY'),
    agentsWorkReady: count('WORK_READY'),
    agentsBusyOther: 0,
    agentsReserved: count('RESERVED'),
    agentsHold: count('HOLD'),
    agentsIcmAvailable: count('AVAILABLE'),
    agentsApplicationAvailable: 0,
    agentsTalkingAutoOut: 0,
    agentsTalkingPreview: 0,
    agentsTalkingReservation: 0,
    routerCallsQNow: waiting.length,
    longestRouterCallQNow: longest,
    callsQNow: waiting.length,
    callsQTimeNow: longest,
    longestCallQNow: longest,
    ...noHistory,
  };
}
