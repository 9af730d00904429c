/** Users' actions in the words of CTI. */
import type { CtiSession } from '@finesse-ha/cti';
import type { Agents } from './agents.js';
import type { NodeConfig } from './config.js';
import { FORCED_LOGOUT_CODE } from './reason-codes.js';
import type { UserAction } from './user-actions.js';

/** Settles when CTI confirmed it. @throws CtiRequestError */
export function performAtCti(
  session: CtiSession,
  agents: Agents,
  agentId: string,
  action: UserAction,
): Promise<void> {
  if (action.kind === 'login') {
    const { extension, password } = action;
    return session.setAgentState({ agentId, extension, password, state: 'LOGIN' });
  }
  const extension = agents.get(agentId)?.status.extension;
  return session.setAgentState({
    agentId,
    state: action.state === 'READY' ? 'AVAILABLE' : action.state,
    forced: action.forced,
    ...(extension === undefined || extension === '' ? {} : { extension }),
    ...(action.reasonCode === undefined ? {} : { reasonCode: action.reasonCode }),
  });
}

/** What becomes of an agent whose desktop is gone for too long. */
export function forcedChange({ deploymentType, logoutOnAgentDisconnect }: NodeConfig): UserAction {
  const logout = deploymentType === 'UCCX' || logoutOnAgentDisconnect === 1;
  const state = logout ? 'LOGOUT' : 'NOT_READY';
  return { kind: 'change', state, reasonCode: FORCED_LOGOUT_CODE, forced: true };
}
