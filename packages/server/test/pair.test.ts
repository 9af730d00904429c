/** Two nodes over one duplex CTI server: what they show, and who logs out whom. */
import {
  type EventItem,
  parseUser,
  parseXml,
  teamMessagesNode,
  teamUsersNode,
  type User,
} from '@finesse-ha/protocol';
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
    deployment.webHost('primary', {
      forcedLogoutMs: GRACE_MS,
      maintenance: { warningMs: 50, longestMs: 60_000 },
    }),
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

describe('maintenance mode', () => {
  it('tells everyone to go, is done when the last one has gone, and ends', async () => {
    const rest = deployment.rest('primary');
    const url = '/finesse/api/FinesseMaintenanceMode';
    const session = await signIn('primary', ADA);
    const told = (status: string, mode: string) =>
      session.update(({ update: { data } }) => {
        if (data.kind !== 'systemInfo') return false;
        return data.systemInfo.status === status && data.systemInfo.finesseMMode === mode;
      });
    expect((await rest.send('POST', url, 'admin')).status).toBe(202);
    await told('IN_SERVICE', 'IN_PROGRESS');
    await told('OUT_OF_SERVICE', 'IN_PROGRESS');
    const during = (await rest.get(url, 'admin')).body;
    expect(during).toContain('<pendingUserDisconnections>1</pendingUserDisconnections>');
    expect((await rest.get(`/finesse/api/User/${ADA}`, ADA)).status).toBe(503);
    session.drop();
    await rest.until(({ body }) => body.includes('<finesseMMode>COMPLETED</finesseMMode>'));
    // Nobody is logged out by a move that was planned: the agent may be on the other node by now.
    expect((await getUser('secondary', ADA)).state).not.toBe('LOGOUT');
    expect((await rest.send('DELETE', url, 'admin')).status).toBe(200);
    await rest.inService();
  });
});

describe('team messages', () => {
  const NODES = ['primary', 'secondary'] as const;
  const message = (content: string, ...teams: string[]) =>
    `<TeamMessage><duration>300</duration><content>${content}</content><teams>${teams
      .map((team) => `<team>${team}</team>`)
      .join('')}</teams></TeamMessage>`;
  const contents = async (node: 'primary' | 'secondary') => {
    const list = parseXml((await deployment.rest(node).get('/finesse/api/Team/1/TeamMessages', ADA)).body);
    return list.getChildren('TeamMessage').map((one) => one.getChildText('content'));
  };
  const create = (node: 'primary' | 'secondary', as: string, body: string) =>
    deployment.rest(node).send('POST', '/finesse/api/TeamMessage', as, body);

  it('of a supervisor are told and kept by both nodes, until they are taken back', async () => {
    const members = await Promise.all(
      NODES.map((node, index) => AgentSession.open(deployment.xmpp(node), index === 0 ? ADA : BRIAN)),
    );
    for (const member of members) await member.subscribe(teamMessagesNode('1'));
    const told = (event: string) =>
      members.map((member) =>
        member.update((item) => item.node === teamMessagesNode('1') && item.update.event === event),
      );
    const created = await create('primary', CAROL, message('Back &amp; forth', '1'));
    expect(created.status).toBe(200);
    const uri = parseXml(created.body).getChildText('uri') ?? '';
    for (const { update } of await Promise.all(told('POST'))) expect(update.source).toBe(uri);
    for (const node of NODES) expect(await contents(node)).toEqual(['Back & forth']);

    const rest = deployment.rest('secondary');
    expect((await rest.send('DELETE', uri, ADA)).status).toBe(401);
    expect((await rest.send('DELETE', uri, CAROL)).status).toBe(200);
    for (const { update } of await Promise.all(told('DELETE'))) expect(update.source).toBe(uri);
    for (const node of NODES) expect(await contents(node)).toEqual([]);
    expect((await rest.get(uri, CAROL)).status).toBe(404);
    for (const member of members) member.drop();
  });

  it('are for supervisors to send, and to their own teams', async () => {
    expect((await create('primary', ADA, message('no', '1'))).body).toContain('Invalid Supervisor');
    expect((await create('primary', CAROL, message('no', '2'))).body).toContain('Invalid Supervisor');
    expect((await create('primary', CAROL, message('no', '9'))).body).toContain('Invalid Input');
    expect((await deployment.rest().get('/finesse/api/Team/1/TeamMessages', DAN)).status).toBe(401);
  });

  it('outlive a web app: what it missed, and what only the peer has kept, is there when it is back', async () => {
    expect((await create('primary', CAROL, message('before', '1'))).status).toBe(200);
    await hosts.secondary.webApp('kill');
    expect((await create('primary', CAROL, message('meanwhile', '1'))).status).toBe(207);
    await hosts.secondary.webApp('start');
    await deployment.rest('secondary').inService();
    await expect.poll(async () => (await contents('secondary')).toSorted()).toEqual(['before', 'meanwhile']);
    const own = await deployment.rest('secondary').get(`/finesse/api/TeamMessages?createdBy=${CAROL}`, CAROL);
    expect(parseXml(own.body).getChildren('TeamMessage')).toHaveLength(2);
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
