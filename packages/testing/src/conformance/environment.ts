import { nodeNames } from '@finesse-ha/lab';
import type { TestAgent } from '../test-lab.js';

/** What a client under examination is told, and what each variable holds. */
export const environmentHelp: readonly (readonly [name: string, holds: string])[] = [
  ['FINESSE_USER', 'the id of the agent, the user name of REST and XMPP'],
  ['FINESSE_PASSWORD', ''],
  ['FINESSE_EXTENSION', 'the telephone to sign in with'],
  ['FINESSE_TEAM_ID', "the agent's team"],
  ['FINESSE_CA_FILE', 'the certificate to trust for XMPP over TLS, PEM'],
  ['FINESSE_PRIMARY_URL', 'REST, without /finesse/api; and FINESSE_SECONDARY_..., as all below'],
  ['FINESSE_PRIMARY_WS_URL', 'XMPP over WebSocket'],
  ['FINESSE_PRIMARY_BOSH_URL', 'XMPP over BOSH'],
  ['FINESSE_PRIMARY_XMPP_HOST', 'XMPP over TCP, with _XMPP_PORT (STARTTLS) and _XMPP_TLS_PORT'],
  ['FINESSE_PRIMARY_DOMAIN', 'the XMPP domain of the node'],
];

/** The variables for one agent. */
export function environmentOf(agent: TestAgent, teamId: string, caFile: string): Record<string, string> {
  const variables: Record<string, string> = {
    FINESSE_USER: agent.id,
    FINESSE_PASSWORD: agent.password,
    FINESSE_EXTENSION: agent.extension,
    FINESSE_TEAM_ID: teamId,
    FINESSE_CA_FILE: caFile,
  };
  for (const node of nodeNames) {
    const { restUrl, webSocketUrl, boshUrl, xmpp, domain } = agent.nodes[node];
    const prefix = `FINESSE_${node.toUpperCase()}`;
    Object.assign(variables, {
      [`${prefix}_URL`]: restUrl,
      [`${prefix}_WS_URL`]: webSocketUrl,
      [`${prefix}_BOSH_URL`]: boshUrl,
      [`${prefix}_XMPP_HOST`]: xmpp.host,
      [`${prefix}_XMPP_PORT`]: String(xmpp.port),
      [`${prefix}_XMPP_TLS_PORT`]: String(xmpp.tlsPort),
      [`${prefix}_DOMAIN`]: domain,
    });
  }
  return variables;
}
