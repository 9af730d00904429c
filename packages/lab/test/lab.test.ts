import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { FinesseClient } from '@finesse-ha/client';
import { agentStateName, CtiSession } from '@finesse-ha/cti';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DrillCalls, WatchedCall } from '../src/drill/calls.js';
import { Subject, seenOf } from '../src/drill/subject.js';
import { Control, callControl, Lab, LabError, type NodeName, startLab } from '../src/index.js';

function alive(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('a lab', () => {
  let lab: Lab;
  let cti: CtiSession;
  let subjects: Subject[] = [];

  beforeAll(async () => {
    lab = await Lab.prepare({ maintenanceWarningMs: 100 });
    await lab.start();
    cti = new CtiSession({ sides: lab.ctiSides, clientId: 'test', retryDelayMs: 100 });
    const opened = once(cti, 'open');
    cti.start();
    await opened;
    subjects = lab.deployment.agents.map(
      ({ id }) => new Subject(id, new FinesseClient(lab.clientOptions(id))),
    );
    for (const { client } of subjects) {
      await client.connect({ signal: AbortSignal.timeout(20_000) });
      await client.signIn();
    }
  });

  afterAll(async () => {
    await Promise.all(subjects.map(({ client }) => client.close()));
    await cti?.stop();
    const pids = lab.processes.map(({ pid }) => pid);
    await lab.stop();
    expect(pids.filter((pid) => alive(pid))).toEqual([]);
    expect(existsSync(lab.certificate.certFile)).toBe(false);
  });

  it('has both nodes IN_SERVICE', async () => {
    expect(await lab.nodeStatus('primary')).toBe('IN_SERVICE');
    expect(await lab.nodeStatus('secondary')).toBe('IN_SERVICE');
  });

  it('refuses what cannot be broken, in a sentence', async () => {
    await expect(lab.fault('web-app', { variant: 'silent' })).rejects.toThrow(
      'web-app has no silent variant, only default',
    );
    expect(() => lab.process('nobody')).toThrow(LabError);
  });

  it('has calls, and the drill sees when one is changed or gone without cause', async () => {
    const [{ client, id } = expect.fail('no agent'), ...others] = subjects;
    const { extension } = lab.credentials(id);
    const calls = new DrillCalls(cti);
    await calls.begin(id, extension);
    const [subject] = subjects;
    const shows = (value: string) => () =>
      client.dialogs[0]?.mediaProperties?.callVariables[0]?.value === value;
    expect(await subject?.until(shows(`for ${id}`), 5_000)).toBe(true);
    const watched = new WatchedCall(client);
    const fault = () => watched.fault(client.dialogs, calls.truth(id));
    expect(fault()).toBe(null);
    await calls.change(id, extension);
    expect(await subject?.until(() => fault() === null, 5_000)).toBe(true);
    expect(client.dialogs[0]?.participants.map(({ state }) => state)).toContain('HELD');

    const callId = calls.truth(id)?.callId ?? 0;
    await cti.setCallData({ callId, extension, callVariables: { callVariable1: 'another' } });
    expect(await subject?.until(shows('another'), 5_000)).toBe(true);
    expect(fault()).toContain('is not what it was');
    expect(watched.vanished).toBe(false);

    await cti.clearCall({ callId, extension });
    expect(await subject?.until(() => client.dialogs.length === 0, 5_000)).toBe(true);
    expect(watched.vanished).toBe(true);
    expect(fault()).toBe('is gone');
    expect(() => new WatchedCall(client)).toThrow('0 calls instead of one');
    expect(others.every((other) => other.client.dialogs.length === 0)).toBe(true);
  });

  it('moves everybody to the alternate by maintenance mode, in calls and with their states', async () => {
    const { extension } = lab.credentials('1001001');
    const { callId } = await cti.makeCall({ extension: '70000001', dialedNumber: extension });
    await cti.answerCall({ callId, extension });
    const [ada] = subjects;
    const talks = () => ada?.client.user?.state === 'TALKING' && ada.client.dialogs.length === 1;
    expect(await ada?.until(talks, 5_000)).toBe(true);
    const from = lab.nodeOf(ada?.client.availability.node ?? '') ?? 'primary';
    const before = performance.now();
    const { id, password } = lab.deployment.center.administrators[0]!;
    const authorization = `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`;
    const maintenance = async (method: string) => {
      const url = `${lab.url(from)}/finesse/api/FinesseMaintenanceMode`;
      const answer = await fetch(url, { method, headers: { authorization } });
      return [answer.status, await answer.text()] as const;
    };
    expect((await maintenance('POST'))[0]).toBe(202);
    const moved = subjects.map((subject) =>
      subject.until(() => subject.announced('recovered', before) !== undefined, 20_000),
    );
    expect(await Promise.all(moved)).not.toContain(false);
    for (const { client } of subjects) expect(lab.nodeOf(client.availability.node)).not.toBe(from);
    expect(talks()).toBe(true);
    await expect.poll(async () => (await maintenance('GET'))[1]).toContain('<status>COMPLETED</status>');
    expect((await maintenance('DELETE'))[0]).toBe(200);
    await lab.waitInService(from);
    await cti.clearCall({ callId, extension });
    await ada?.until(() => ada.client.dialogs.length === 0, 5_000);
  });

  it('lets a second process break and heal it, if that one knows the token', async () => {
    process.env.FINESSE_HA_CONTROL_FILE = `${lab.certificate.certFile}.control`;
    await expect(callControl(null)).rejects.toThrow('no lab is running');
    const told: string[] = [];
    const tell = ({ fault, heal }: { fault: { scenario: string }; heal: boolean }) =>
      told.push(`${heal ? 'heal' : 'break'} ${fault.scenario}`);
    lab.on('fault', tell);
    const control = new Control(lab);
    await control.start();
    const fault = { scenario: 'web-app', node: 'secondary', variant: 'default' } as const;
    await callControl({ ...fault, heal: false });
    expect(await lab.nodeStatus('secondary')).toBe('HTTP 404');
    await callControl({ ...fault, heal: true });
    await lab.waitInService('secondary');
    lab.off('fault', tell);
    expect(told).toEqual(['break web-app', 'heal web-app']);
    const { url } = JSON.parse(await readFile(process.env.FINESSE_HA_CONTROL_FILE, 'utf8'));
    expect((await fetch(url, { headers: { authorization: 'Bearer wrong' } })).status).toBe(401);
    control.stop();
    await expect(callControl(null)).rejects.toThrow('no lab is running');
  });

  /** In service again after an instant, with the picture that CTI has. */
  async function allServed(): Promise<void> {
    for (const subject of subjects) {
      // What was killed this instant may not have been noticed yet: it is the node's own word that counts too.
      const served = async () => {
        const { status, node } = subject.client.availability;
        return (
          status === 'in-service' && (await lab.nodeStatus(lab.nodeOf(node) ?? 'primary')) === 'IN_SERVICE'
        );
      };
      await expect.poll(served, { timeout: 30_000, message: `${subject.id} in service` }).toBe(true);
      const before = agentStateName((await cti.queryAgentState(subject.id)).agentState);
      const ready = before !== 'AVAILABLE';
      await cti.setAgentState({
        agentId: subject.id,
        state: ready ? 'AVAILABLE' : 'NOT_READY',
        reasonCode: 10,
      });
      const arrived = () => seenOf(subject.client.user).state === (ready ? 'READY' : 'NOT_READY');
      expect(await subject.until(arrived, 30_000), `${subject.id} hears of its state`).toBe(true);
    }
  }

  /** Where the first agent is: mostly the other one too, though each decides for itself. */
  function ownNode(): NodeName {
    const [first] = subjects.map(({ client }) => lab.nodeOf(client.availability.node));
    return first ?? 'primary';
  }

  /** Kills a process, sees everybody served without it and, started again, with it. */
  async function killed(name: string): Promise<void> {
    const ownSide = name === `cti-${cti.state.side?.toLowerCase()}`;
    const reopened = ownSide ? once(cti, 'open') : Promise.resolve();
    const pid = lab.process(name).pid ?? 0;
    const exited = once(lab, 'exit');
    process.kill(pid, 'SIGKILL');
    expect(await exited).toEqual([{ process: name, how: 'SIGKILL', expected: false }]);
    await reopened;
    await allServed();
    await lab.process(name).start();
    await Promise.all([lab.waitInService('primary'), lab.waitInService('secondary')]);
    await allServed();
    expect(subjects.map(({ doubled }) => doubled)).toEqual([0, 0]);
  }

  const roles = ['notification', 'link-clients', 'web-host', 'link-cti'];
  it.each(roles)(
    'kill -9 of the %s that an agent is on strands no client',
    (role) => killed(`${ownNode()}-${role}`),
    60_000,
  );
  it.each(roles)(
    'kill -9 of the %s of the other node strands no client',
    (role) => killed(`${ownNode() === 'primary' ? 'secondary' : 'primary'}-${role}`),
    60_000,
  );
  it.each(['cti-a', 'cti-b'])('kill -9 of %s strands no client', (name) => killed(name), 60_000);

  it('leaves no client stranded by a whole node', async () => {
    const node = ownNode();
    await lab.fault('node', { node });
    await allServed();
    expect(ownNode()).not.toBe(node);
    await lab.heal('node', { node });
    await lab.waitInService(node);
    await allServed();
  }, 60_000);

  it('wakes a frozen process, by whom ever it was frozen', async () => {
    const name = 'secondary-link-cti';
    await lab.fault('cti-connection', { node: 'secondary', variant: 'frozen' });
    expect(lab.process(name).state).toBe('stopped');
    await lab.heal('cti-connection', { node: 'secondary' });
    expect(lab.process(name).state).toBe('running');
    process.kill(lab.process(name).pid ?? 0, 'SIGSTOP');
    await lab.heal('cti-connection', { node: 'secondary' });
    await lab.waitInService('secondary');
  });

  it('heals what is not broken, and breaks what is broken already', async () => {
    for (const scenario of ['web-app', 'tomcat', 'xmpp-connection'] as const) {
      await lab.heal(scenario, { node: 'secondary' });
    }
    await lab.fault('web-app', { node: 'secondary' });
    await lab.fault('web-app', { node: 'secondary' });
    await lab.fault('tomcat', { node: 'secondary' });
    await lab.fault('tomcat', { node: 'secondary' });
    await expect(lab.fault('tomcat', { node: 'secondary', variant: 'frozen' })).rejects.toThrow(
      'secondary-web-host is not running',
    );
    await lab.heal('tomcat', { node: 'secondary' });
    await lab.waitInService('secondary');
  }, 60_000);
});

describe('a lab on a single address', () => {
  it('has its nodes side by side there, and its client moves from one to the other', async () => {
    const lab = await startLab({ addresses: 'shared', agents: 1 });
    const client = new FinesseClient(lab.clientOptions('1001001'));
    const subject = new Subject('1001001', client);
    try {
      const [primary, secondary] = lab.nodes.map(({ url }) => url);
      expect(new URL(secondary ?? '').hostname).toBe(new URL(primary ?? '').hostname);
      await client.connect({ signal: AbortSignal.timeout(20_000) });
      expect(client.availability.node).toBe(primary);
      const before = performance.now();
      await lab.fault('notification-service');
      await subject.until(() => subject.announced('recovered', before) !== undefined, 20_000);
      expect(client.availability).toMatchObject({ status: 'in-service', node: secondary });
    } finally {
      await client.close();
      await lab.stop();
    }
  });
});

describe('a lab that cannot be', () => {
  it('says which port of which address is taken', async () => {
    const lab = await Lab.prepare({ addresses: 'free' });
    const { host, ports } = lab.deployment.places.nodes.secondary;
    const taken = createServer().listen(ports.xmpp, host);
    await once(taken, 'listening');
    await expect(lab.start()).rejects.toThrow(
      `secondary-link-clients: ended before it was ready (exit code 3). Its last words: finesse-ha link: cannot listen on ${host}:${ports.xmpp}: the port is taken by another process`,
    );
    taken.close();
    expect(lab.processes.filter(({ pid }) => pid !== undefined)).toEqual([]);
  });

  it('names what is wrong in a deployment', async () => {
    await expect(Lab.prepare({ forcedLogoutMs: -1 })).rejects.toThrow(
      'the deployment cannot be: forcedLogoutMs: Too small',
    );
  });
});

describe('a lab whose own process is killed', () => {
  it('leaves nothing behind, not even what is frozen', async () => {
    const holder = fork(fileURLToPath(new URL('./support/lab-holder.mjs', import.meta.url)));
    const [{ pids, dir }] = (await once(holder, 'message')) as [{ pids: number[]; dir: string }];
    expect(pids.length).toBe(10);
    process.kill(pids[2] as number, 'SIGSTOP');
    holder.kill('SIGKILL');
    const left = () => [...pids.filter((pid) => alive(pid)), ...(existsSync(dir) ? [dir] : [])];
    await expect.poll(left, { timeout: 10_000 }).toEqual([]);
  }, 60_000);
});
