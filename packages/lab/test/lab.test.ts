import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FinesseClient } from '@finesse-ha/client';
import { agentStateName, CtiSession } from '@finesse-ha/cti';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Subject, seenOf } from '../src/drill/subject.js';
import { breakLab, Control, callControl, healLab, Lab, LabError } from '../src/index.js';

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
    lab = await Lab.prepare();
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
    await expect(breakLab(lab, { scenario: 'web-app', node: 'primary', variant: 'silent' })).rejects.toThrow(
      'web-app has no silent variant, only default',
    );
    expect(() => lab.process('nobody')).toThrow(LabError);
  });

  it('lets a second process break and heal it, if that one knows the token', async () => {
    process.env.FINESSE_HA_CONTROL_FILE = `${lab.certificate.certFile}.control`;
    await expect(callControl(null)).rejects.toThrow('no lab is running');
    const told: string[] = [];
    const control = new Control(lab, ({ scenario }, heal) =>
      told.push(`${heal ? 'heal' : 'break'} ${scenario}`),
    );
    await control.start();
    const fault = { scenario: 'web-app', node: 'secondary', variant: 'default' } as const;
    await callControl({ ...fault, heal: false });
    expect(await lab.nodeStatus('secondary')).toBe('HTTP 404');
    await callControl({ ...fault, heal: true });
    await lab.waitInService('secondary');
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

  const names = [
    'primary-notification',
    'primary-link-clients',
    'primary-web-host',
    'primary-link-cti',
    'secondary-notification',
    'secondary-link-clients',
    'secondary-web-host',
    'secondary-link-cti',
    'cti-a',
    'cti-b',
  ];
  it.each(names)(
    'kill -9 of %s strands no client',
    async (name) => {
      const ownSide = name === `cti-${cti.state.side?.toLowerCase()}`;
      const reopened = ownSide ? once(cti, 'open') : Promise.resolve();
      await lab.process(name).kill();
      await reopened;
      await allServed();
      await lab.process(name).start();
      await Promise.all([lab.waitInService('primary'), lab.waitInService('secondary')]);
      await allServed();
      expect(subjects.map(({ doubled }) => doubled)).toEqual([0, 0]);
    },
    90_000,
  );

  it('leaves no client stranded by a whole node', async () => {
    const node = lab.nodeOf(subjects[0]!.client.availability.node) ?? 'primary';
    await breakLab(lab, { scenario: 'node', node, variant: 'default' });
    await allServed();
    await healLab(lab, { scenario: 'node', node });
    await lab.waitInService(node);
    await allServed();
  }, 60_000);
});

describe('a lab whose own process is killed', () => {
  it('leaves nothing behind', async () => {
    const holder = fork(fileURLToPath(new URL('./support/lab-holder.mjs', import.meta.url)));
    const [pids] = (await once(holder, 'message')) as [number[]];
    expect(pids.length).toBe(10);
    holder.kill('SIGKILL');
    await expect.poll(() => pids.filter((pid) => alive(pid)), { timeout: 10_000 }).toEqual([]);
  }, 60_000);
});
