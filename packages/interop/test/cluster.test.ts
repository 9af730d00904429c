/** An ejabberd cluster of two behind a node, one of them killed while agents work on both. */
import { FinesseClient } from '@finesse-ha/client';
import { Lab } from '@finesse-ha/lab';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { Ledger } from '../../lab/src/drill/ledger.ts';
import { keyOf, Subject, seenOf } from '../../lab/src/drill/subject.ts';
import { isMissing } from './missing.ts';

const node = 'primary';
const withinMs = 15_000;
/** As the drill has it: a change that was told just before the fault is within the time that counts as unknown. */
const onItsWayMs = 1_000;

describe.skipIf(isMissing('ejabberd'))('an ejabberd cluster of two as the notification service', () => {
  let lab: Lab;
  let ledger: Ledger;
  const logs: string[] = [];
  /** The member that `finesse` is logged in at. */
  let finesseAt: 1 | 2 = 1;
  const subjects: Subject[] = [];

  beforeAll(async () => {
    lab = await Lab.prepare({ agents: 4, notification: 'ejabberd-cluster' });
    lab.on('log', ({ process, line }) => {
      if (process !== `${node}-web-host`) return;
      logs.push(line);
      const { host, msg } = JSON.parse(line) as { host?: string; msg: string };
      if (msg !== 'linked to the notification service') return;
      finesseAt = host === lab.deployment.places.nodes[node].host ? 1 : 2;
    });
    await lab.start();
    ledger = new Ledger(lab.ctiSides);
    await ledger.open();
    for (const { id } of lab.deployment.agents) {
      subjects.push(new Subject(id, new FinesseClient(lab.clientOptions(id))));
    }
    await spread();
    await Promise.all(subjects.map(({ client }) => client.signIn()));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(subjects.map(({ client }) => client.close()));
    await ledger?.close();
    await lab?.stop();
  });

  /**
   * Connects one after another: the link gives the members connections in turn. A member that has just joined may not know of
   * `finesse`'s session yet; who connects to it then hears of no presence and moves to the other node, as it should.
   */
  async function spread(): Promise<void> {
    for (let turn = 0; turn < 3; turn += 1) {
      await Promise.all(subjects.map(({ client }) => client.close()));
      for (const { client } of subjects) await client.connect();
      if (subjects.every(({ client }) => lab.nodeOf(client.availability.node) === node)) return;
    }
    throw new Error(`agents do not get in service on ${node}`);
  }

  /** Changes every agent's state; resolves when each application shows it. */
  async function changesArrive(): Promise<void> {
    for (const ready of [true, false]) {
      await Promise.all(subjects.map(({ id }) => ledger.change(id, ready)));
      const shown = subjects.map((subject) =>
        subject.until(() => keyOf(seenOf(subject.client.user)) === lastKey(subject.id), withinMs),
      );
      expect(await Promise.all(shown)).toEqual(subjects.map(() => true));
    }
  }
  const lastKey = (agentId: string) => {
    const last = ledger.changesOf(agentId).at(-1);
    return last === undefined ? '' : keyOf(last);
  };

  /** Kills a member amid changes. Gives who lost its connection and who kept it, when all are in service again. */
  async function kill(member: 1 | 2): Promise<{ moved: Subject[]; stayed: Subject[] }> {
    const connections = new Map(subjects.map((subject) => [subject, lossesOf(subject)]));
    let killed = false;
    const changing = (async () => {
      for (let turn = 0; !killed || turn < 6; turn += 1) {
        await Promise.all(subjects.map(({ id }) => ledger.change(id, turn % 2 === 0)));
      }
    })();
    await lab.fault(`notification-member-${member}`, { node });
    killed = true;
    await changing;
    const lost = ({ client }: Subject) => client.availability.status !== 'in-service';
    await Promise.all(subjects.map((subject) => subject.until(() => !lost(subject), withinMs)));
    await changesArrive();
    const moved = subjects.filter((subject) => lossesOf(subject) > (connections.get(subject) ?? 0));
    return { moved, stayed: subjects.filter((subject) => !moved.includes(subject)) };
  }
  const lossesOf = ({ client }: Subject) =>
    client.decisions().filter(({ what }) => what === 'xmpp-lost').length;

  function nothingLostOrDoubled(): void {
    for (const subject of subjects) {
      expect(subject.lost(ledger.changesOf(subject.id), onItsWayMs)).toEqual([]);
      expect(subject.doubled).toBe(0);
    }
  }

  async function comesBack(member: 1 | 2): Promise<void> {
    await lab.heal(`notification-member-${member}`, { node });
    await changesArrive();
  }

  const tellOnFailure = () =>
    onTestFailed(() => {
      for (const { id, client } of subjects)
        console.log(
          id,
          client
            .decisions()
            .map(({ at, what, why }) => `${at} ${what}: ${why}`)
            .join('\n'),
        );
      console.log(logs.slice(-40).join('\n'));
    });

  it('agents are on both members and hear of their changes', changesArrive, 20_000);

  it('the member without finesse is killed: its agents reconnect to the same node, the others notice nothing', async () => {
    tellOnFailure();
    const at = performance.now();
    const without = finesseAt === 1 ? 2 : 1;
    const { moved, stayed } = await kill(without);
    expect(moved).toHaveLength(2);
    for (const subject of moved) {
      expect(subject.announced('failing', at)?.announcement.failure).toMatchObject({
        mechanism: 'xmpp-disconnected',
      });
      expect(lab.nodeOf(subject.client.availability.node)).toBe(node);
    }
    for (const subject of stayed) expect(subject.announced('failing', at)).toBeUndefined();
    nothingLostOrDoubled();
    await comesBack(without);
    for (const subject of stayed) expect(subject.announced('failing', at)).toBeUndefined();
    nothingLostOrDoubled();
  }, 40_000);

  it('the member with finesse is killed: it logs in to the other, whose agents stay connected and fetch what they missed', async () => {
    tellOnFailure();
    await spread();
    const at = performance.now();
    const withFinesse = finesseAt;
    const { moved, stayed } = await kill(withFinesse);
    expect(finesseAt).not.toBe(withFinesse);
    expect(moved).toHaveLength(2);
    for (const subject of stayed) {
      expect(subject.announced('failing', at)?.announcement.failure).toMatchObject({
        mechanism: 'systeminfo-out-of-service',
      });
      expect(subject.announced('recovered', at)).toBeDefined();
      expect(lab.nodeOf(subject.client.availability.node)).toBe(node);
    }
    nothingLostOrDoubled();
    await comesBack(withFinesse);
    nothingLostOrDoubled();
  }, 40_000);
});
