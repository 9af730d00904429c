/** Two nodes over one duplex CTI server: what they show, and who logs out whom. */
import { type EventItem, parseUser, teamUsersNode, type User } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Deployment } from './support/deployment.ts';
import type { TestProcess } from './support/processes.ts';
import { AgentSession } from './support/xmpp.ts';

const GRACE_MS = 150;
const ADA = '1001001';
const BRIAN = '1001002';
const CAROL = '1001003';
const DAN = '1001004';

let deployment: Deployment;
let hosts: Record<'primary' | 'secondary', TestProcess>;

beforeAll(async () => {
  deployment = await Deployment.plan();
  const [primary, secondary] = await Promise.all([
    deployment.webHost('primary', { forcedLogoutMs: GRACE_MS }),
    deployment.webHost('secondary', { forcedLogoutMs: 60_000 }),
    deployment.cti('A'),
    deployment.cti('B'),
    deployment.notification('primary'),
    deployment.notification('secondary'),
  ]);
  hosts = { primary, secondary };
  await Promise.all([deployment.rest('primary').inService(), deployment.rest('secondary').inService()]);
});

afterAll(async () => {
  await deployment.end();
});

async function getUser(node: 'primary' | 'secondary', id: string): Promise<User> {
  return parseUser((await deployment.rest(node).get(`/finesse/api/User/${id}`, id)).body);
}

function stateIn({ update }: EventItem): string | undefined {
  return update.data.kind === 'user' ? update.data.user.state : undefined;
}

/** Signs an agent in on a node, with an XMPP session there. */
async function signIn(node: 'primary' | 'secondary', id: string): Promise<AgentSession> {
  const session = await AgentSession.open(deployment.xmpp(node), id);
  await session.finesse('available');
  const body = `<User><state>LOGIN</state><extension>${id}</extension></User>`;
  await deployment.rest(node).putUser(id, body, { requestId: `login-${id}` });
  await session.update((item) => item.update.requestId === `login-${id}`);
  return session;
}

describe('two nodes', () => {
  it('show the same user for the same state of CTI', async () => {
    const session = await signIn('primary', ADA);
    await deployment
      .rest('primary')
      .putUser(ADA, '<User><state>READY</state></User>', { requestId: 'ready' });
    await session.update((item) => item.update.requestId === 'ready');
    const here = await getUser('primary', ADA);
    expect(await getUser('secondary', ADA)).toEqual(here);
    expect(here.stateChangeTime).toMatch(/^\d{4}-.*Z$/);
    session.drop();
  });
});

describe('forced logout', () => {
  it('logs out an agent whose presence stays gone, and tells the team on both nodes', async () => {
    const session = await signIn('primary', ADA);
    const supervisors = await Promise.all(
      (['primary', 'secondary'] as const).map((node) => AgentSession.open(deployment.xmpp(node), CAROL)),
    );
    for (const supervisor of supervisors) await supervisor.subscribe(teamUsersNode('1'));
    session.drop();
    for (const supervisor of supervisors) {
      const { update } = await supervisor.update(
        (item) => item.node === teamUsersNode('1') && stateIn(item) === 'LOGOUT',
      );
      expect(update.data).toMatchObject({ user: { loginId: ADA, reasonCode: { code: '255' } } });
      supervisor.drop();
    }
    expect((await getUser('secondary', ADA)).state).toBe('LOGOUT');
  });

  it('leaves alone an agent that is present on the other node', async () => {
    const session = await signIn('primary', BRIAN);
    const moved = await AgentSession.open(deployment.xmpp('secondary'), BRIAN);
    await moved.finesse('available');
    session.drop();
    await hosts.primary.logged(new RegExp(`"agentId":"${BRIAN}","decision":"at-peer"`));
    expect((await getUser('primary', BRIAN)).state).toBe('NOT_READY');
    moved.drop();
  });

  it('leaves alone an agent that returns in time', async () => {
    const session = await signIn('secondary', DAN);
    session.drop();
    await hosts.secondary.logged(new RegExp(`"agentId":"${DAN}","decision":"waiting"`));
    const back = await AgentSession.open(deployment.xmpp('secondary'), DAN);
    await hosts.secondary.logged(new RegExp(`"agentId":"${DAN}","decision":"returned"`));
    expect((await getUser('secondary', DAN)).state).toBe('NOT_READY');
    back.drop();
  });

  it('makes the agent Not Ready instead where the deployment has it so, and the peer is down', async () => {
    await Promise.all([hosts.primary.end('SIGKILL'), hosts.secondary.end('SIGKILL')]);
    hosts.primary = await deployment.webHost('primary', {
      forcedLogoutMs: GRACE_MS,
      logoutOnAgentDisconnect: 0,
    });
    await deployment.rest('primary').inService();
    const session = await signIn('primary', ADA);
    await deployment
      .rest('primary')
      .putUser(ADA, '<User><state>READY</state></User>', { requestId: 'again' });
    await session.update((item) => item.update.requestId === 'again');
    const supervisor = await AgentSession.open(deployment.xmpp('primary'), CAROL);
    await supervisor.subscribe(teamUsersNode('1'));
    session.drop();
    const { update } = await supervisor.update((item) => stateIn(item) === 'NOT_READY');
    expect(update.data).toMatchObject({ user: { loginId: ADA, reasonCode: { code: '255' } } });
  });
});
