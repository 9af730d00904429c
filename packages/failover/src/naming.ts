import { toldSince } from './state.js';
import type { Turn } from './turn.js';
import type { Criterion, Deployment, Failure, Mechanism, NodeState, Scenario } from './types.js';

/** The failed service as Cisco's page names it; the notification service has another name in Unified CCX. */
export function serviceName(scenario: Scenario, deployment: Deployment): string {
  switch (scenario) {
    case 'notification-service':
      return deployment === 'UCCX'
        ? 'Cisco Unified CCX Notification Service'
        : 'Cisco Finesse Notification Service';
    case 'xmpp-connection':
      return `XMPP connection to the ${serviceName('notification-service', deployment)}`;
    case 'tomcat':
      return 'Cisco Finesse Tomcat';
    case 'web-app':
      return 'Finesse web app';
    case 'cti-connection':
      return 'connection to the CTI server';
  }
}

/** The criterion in force on the current node, by what told of the failure and what does not hold now. */
export function criterionInForce(turn: Turn, mechanism: Mechanism): Criterion {
  const { link } = turn.state;
  if (link === null || link.phase === 'opening') return 1;
  switch (mechanism) {
    // The connection is back and its node is being verified: still the recovery that criterion 1 describes.
    case 'xmpp-disconnected':
    case 'ping-unanswered':
      return 1;
    case 'systeminfo-out-of-service':
      return link.presence === 'available' ? 2 : 3;
    // A web host that went silent counts here too: its `finesse` user may look available, which is out of date.
    case 'presence-unavailable':
    case 'systeminfo-unreachable':
      return 3;
  }
}

type Naming = Pick<Failure, 'scenario' | 'candidates' | 'scope'>;

function naming(scope: Failure['scope'], ...candidates: [Scenario, ...Scenario[]]): Naming {
  return { scenario: candidates[0], candidates, scope };
}

/** The XMPP connection is gone: was it the service, or only this client's way to it? SystemInfo tells. */
function nameXmppLoss(turn: Turn, mechanism: Mechanism, failed: NodeState, since: number): Naming {
  const { state } = turn;
  const other = state.nodes.find((node) => node !== failed);
  const told = toldSince(failed, since);
  if (!state.online) return naming('network', 'xmpp-connection', 'notification-service');
  if (told === 'in-service') return naming('own-link', 'xmpp-connection', 'notification-service');
  if (told === 'out-of-service') return naming('node', 'notification-service');
  if (told === 'unreachable') {
    if (failed.hostAnswers) return naming('node', 'notification-service');
    const otherTold = other === undefined ? 'unknown' : toldSince(other, since);
    if (otherTold === 'unreachable') return naming('network', 'xmpp-connection', 'notification-service');
    if (otherTold !== 'unknown') return naming('node', 'notification-service');
  }
  if (state.lastLoss?.cause === 'system-shutdown') return naming('node', 'notification-service');
  // A socket that was closed or reset is first of all a service that ended; a silent one, a network that swallows.
  return mechanism === 'ping-unanswered'
    ? naming('unknown', 'xmpp-connection', 'notification-service')
    : naming('unknown', 'notification-service', 'xmpp-connection');
}

/** Names a failure by everything observed since it began: the page's rows, as far as a client can tell them apart. */
export function nameFailure(turn: Turn, mechanism: Mechanism, failed: NodeState, since: number): Naming {
  switch (mechanism) {
    case 'xmpp-disconnected':
    case 'ping-unanswered':
      return nameXmppLoss(turn, mechanism, failed, since);
    case 'systeminfo-out-of-service':
      // A node whose notification service is gone is out of service too (dev guide 12.5 p.7). If this client's own
      // pings to it go unanswered just then, that is the likelier cause.
      return naming('node', turn.state.link?.strikes === 1 ? 'notification-service' : 'cti-connection');
    case 'systeminfo-unreachable':
      // Pings go unanswered too: the way to the node is in doubt, not only its web host.
      if (wayInDoubt(turn)) return nameXmppLoss(turn, 'ping-unanswered', failed, since);
      return nameHostLoss(failed, since);
    case 'presence-unavailable':
      return nameHostLoss(failed, since);
  }
}

/** Nothing at all comes from the node; or that was so when the failure was told. */
function wayInDoubt({ state }: Turn): boolean {
  if (state.failure !== null) return state.failure.candidates.includes('xmpp-connection');
  return !state.online || state.link?.strikes === 1;
}

/** Presence is gone, or SystemInfo unanswered: is it the web host, or the web app within? */
function nameHostLoss(failed: NodeState, since: number): Naming {
  if (toldSince(failed, since) === 'unknown') return naming('node', 'tomcat', 'web-app');
  // Whoever answers HTTP is a living web host, so the web app is what is gone.
  return failed.hostAnswers ? naming('node', 'web-app') : naming('node', 'tomcat');
}
