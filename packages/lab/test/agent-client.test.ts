/** What an agent and a supervisor do all day, by the client's own methods, on a real lab. */
import { once } from 'node:events';
import { ActionError, AgentClient } from '@finesse-ha/client';
import { CtiSession } from '@finesse-ha/cti';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, startLab } from '../src/index.js';

describe('AgentClient', () => {
  let lab: Lab;
  let customer: CtiSession;
  let supervisor: AgentClient;
  let agent: AgentClient;

  beforeAll(async () => {
    lab = await startLab({ agents: 3 });
    customer = new CtiSession({ clientId: 'customer', sides: lab.ctiSides });
    const opened = once(customer, 'open');
    customer.start();
    supervisor = new AgentClient(lab.clientOptions('1001001'));
    agent = new AgentClient(lab.clientOptions('1001002'));
    await Promise.all([opened, supervisor.connect(), agent.connect()]);
    await Promise.all([supervisor.signIn(), agent.signIn()]);
  });
  afterAll(async () => {
    await Promise.all([supervisor?.close(), agent?.close()]);
    await customer?.stop();
    await lab?.stop();
  });

  /** Resolves when it is so, and looks whenever the client tells something. */
  function until(client: AgentClient, isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isSo()) return;
        stops.forEach((stop) => {
          stop();
        });
        resolve();
      };
      const stops = [client.on('*', look), client.onBoards(look)];
      look();
    });
  }

  const stateOfCall = (client: AgentClient) =>
    client.dialogs[0]?.participants.find(({ mediaAddress }) => mediaAddress === client.user?.extension)
      ?.state;

  it('answers, holds, retrieves, says why, and hangs up', async () => {
    await agent.setState('READY');
    await customer.makeCall({ extension: '2125550100', dialedNumber: '1001002' });
    await until(agent, () => agent.dialogs.length === 1);
    const { id } = agent.dialogs[0]!;
    await agent.answer(id);
    await until(agent, () => stateOfCall(agent) === 'ACTIVE');
    await agent.hold(id);
    await until(agent, () => stateOfCall(agent) === 'HELD');
    await agent.retrieve(id);
    await until(agent, () => stateOfCall(agent) === 'ACTIVE');
    await agent.updateCallData(id, { wrapUpReason: 'Order', callVariables: { callVariable3: 'gold' } });
    await until(
      agent,
      () =>
        agent.dialogs[0]?.mediaProperties?.callVariables.some(
          ({ name, value }) => name === 'callVariable3' && value === 'gold',
        ) === true,
    );
    await agent.drop(id);
    await until(agent, () => agent.dialogs.length === 0);
  });

  it('is told by an error what the telephone system refuses', async () => {
    await expect(agent.hold('999')).rejects.toMatchObject({ kind: 'http', status: 404 });
    await expect(agent.makeCall('')).rejects.toMatchObject({ kind: 'http', status: 400 });
  });

  it('shows reasons and phone books', async () => {
    const reasons = await agent.reasonCodes('NOT_READY');
    expect(reasons.map(({ label }) => label)).toContain('Lunch');
    expect((await agent.wrapUpReasons()).map(({ label }) => label)).toContain('Order');
    const [book] = await agent.phoneBooks();
    const contacts = await agent.contacts(book!.uri.slice(book!.uri.lastIndexOf('/') + 1));
    expect(contacts.length).toBeGreaterThan(0);
    expect(contacts[0]?.phoneNumber).not.toBe('');
  });

  it('keeps a call and its timer, a team and queues through a failover', async () => {
    await supervisor.watchTeam('1');
    await supervisor.watchQueues();
    expect(supervisor.team?.users.length).toBe(3);
    expect(supervisor.queues.length).toBeGreaterThan(0);
    await agent.setState('READY');
    const { callId } = await customer.makeCall({ extension: '2125550101', dialedNumber: '1001002' });
    await until(agent, () => agent.dialogs.length === 1);
    await agent.answer(agent.dialogs[0]!.id);
    await until(agent, () => stateOfCall(agent) === 'ACTIVE');
    const stateInTeam = () => supervisor.team?.users.find(({ loginId }) => loginId === '1001002')?.state;
    await until(supervisor, () => stateInTeam() === 'TALKING');
    const [before] = agent.dialogs;

    const moved = [agent, supervisor].map((client) =>
      until(
        client,
        () =>
          client.availability.node === lab.url('secondary') && client.availability.status === 'in-service',
      ),
    );
    await lab.fault('node');
    await Promise.all(moved);
    const timesOf = (dialog: typeof before) => dialog?.participants.map(({ startTime }) => startTime);
    expect(agent.dialogs.map(({ id }) => id)).toEqual([before?.id]);
    expect(timesOf(agent.dialogs[0])).toEqual(timesOf(before));
    expect(timesOf(before)).not.toContain(undefined);

    await customer.clearConnection({ callId, extension: '2125550101' });
    await until(agent, () => agent.dialogs.length === 0);
    await until(supervisor, () => stateInTeam() !== 'TALKING');
  });

  it('says so when no node is in service', async () => {
    await agent.close();
    await expect(agent.makeCall('1001001')).rejects.toBeInstanceOf(ActionError);
    expect(() => agent.rest()).toThrow(ActionError);
  });
});
