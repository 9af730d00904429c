import type { FailoverEvent, FailoverState } from '@finesse-ha/failover';
import type { Configuration } from '../checker/configurations.js';
import { Explorer } from '../checker/explore.js';
import type { Core } from '../checker/step.js';

/** What a state of the core is to an operator, and its place in the diagram. */
const names = {
  idle: 'idle',
  connecting: 'connecting: no failure so far',
  fetching: 'available: fetching what may have changed',
  serving: 'in service',
  criterion1: 'criterion 1: no XMPP connection',
  criterion2: 'criterion 2: OUT_OF_SERVICE, stays connected',
  criterion3: 'criterion 3: finesse unavailable, stays connected',
  verifying: 'XMPP is back: asking the other conditions',
  joining: 'joining the alternate',
  ended: 'ended',
} as const;

type Name = keyof typeof names;

/** The one transition that leads from everywhere, told in the text instead. */
const anywhere: ReadonlySet<FailoverEvent['type']> = new Set(['disconnect']);

/**
 * The state machine as a Mermaid state diagram, drawn from the core itself: the checker drives it through everything
 * that a configuration reaches, and each step that leads from one named state to another is an edge with what caused it.
 */
export function stateMachine(configuration: Configuration, core: Core): string {
  const edges = new Map<string, Set<string>>();
  const watched: Core = {
    createState: core.createState,
    step: (before, event) => {
      const result = core.step(before, event);
      const from = nameOf(before);
      const to = nameOf(result[0]);
      if (from !== to && !anywhere.has(event.type)) {
        const key = `${from} --> ${to}`;
        const causes = edges.get(key) ?? new Set();
        edges.set(
          key,
          causes.add(
            wasDue(core, before, event, to) ? causeOf({ type: 'timer', at: event.at }) : causeOf(event),
          ),
        );
      }
      return result;
    },
  };
  new Explorer(configuration, watched, { onState: () => true }).run();
  return [
    'stateDiagram-v2',
    '  [*] --> idle',
    ...Object.entries(names).map(([id, text]) => `  ${id}: ${text}`),
    ...[...edges].map(([edge, causes]) => `  ${edge}: ${[...causes].sort().join(', ')}`).sort(),
  ].join('\n');
}

/** Whether the step leads there because a deadline has passed, whatever it was that woke the core. */
function wasDue(core: Core, before: FailoverState, event: FailoverEvent, to: Name): boolean {
  if (event.type === 'connect') return false;
  return nameOf(core.step(before, { type: 'timer', at: event.at })[0]) === to;
}

function nameOf(state: FailoverState): Name {
  if (state.phase !== 'running') return state.phase;
  if (state.status === 'in-service') return 'serving';
  if (state.connectedTold) return 'fetching';
  const { failure, link } = state;
  if (failure === null) return 'connecting';
  if (failure.node !== state.current) return 'joining';
  if (failure.criterion === 2) return 'criterion2';
  if (failure.criterion === 3) return 'criterion3';
  return link?.phase === 'up' ? 'verifying' : 'criterion1';
}

function causeOf(event: FailoverEvent): string {
  switch (event.type) {
    case 'connect':
      return 'the application connects';
    case 'disconnect':
      return 'the application disconnects';
    case 'timer':
      return 'a deadline';
    case 'system-info': {
      const { answer } = event;
      if (answer.kind === 'status') return answer.status === 'in-service' ? 'IN_SERVICE' : 'OUT_OF_SERVICE';
      if (answer.kind === 'certificate') return 'certificate refused';
      return answer.kind === 'http-error' && answer.httpStatus === 503 ? 'OUT_OF_SERVICE' : 'no SystemInfo';
    }
    case 'notification':
      return event.status === 'in-service' ? 'IN_SERVICE' : 'OUT_OF_SERVICE';
    case 'xmpp-up':
      return 'XMPP up';
    case 'xmpp-lost':
      if (event.cause === 'conflict') return 'XMPP conflict';
      return event.cause === 'unauthorized' ? 'login refused' : 'XMPP lost';
    case 'presence':
      return event.available ? 'finesse available' : 'finesse unavailable';
    case 'received':
      return 'a sign of life';
    case 'resynced':
      return 'fetched';
    case 'resync-failed':
      return 'fetch failed';
    case 'denied':
      return 'login refused';
    case 'network':
      return event.online ? 'network said to be back' : 'network said to be away';
  }
}
