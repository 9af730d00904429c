import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { AgentClient, type Announcement } from '@finesse-ha/client';
import { startLab, type TestLab } from '@finesse-ha/testing';

let lab: TestLab;
before(async () => {
  lab = await startLab();
});
after(() => lab.stop());

/** The next announcement of that kind. */
function next(client: AgentClient, kind: Announcement['kind']): Promise<Announcement> {
  return new Promise((resolve) => {
    const stop = client.on('availability', ({ announcement }) => {
      if (announcement.kind !== kind) return;
      stop();
      resolve(announcement);
    });
  });
}

test('an agent works on at the other node while the web host of its own is down', async () => {
  const { nodes, clientOptions } = lab.agent('1001001');
  const client = new AgentClient(clientOptions);
  await client.connect();
  await client.signIn();
  await client.setState('READY');
  assert.equal(client.availability.node, nodes.primary.restUrl);

  const moved = next(client, 'recovered');
  await lab.fault('tomcat', { node: 'primary' });
  assert.equal((await moved).node, nodes.secondary.restUrl);
  assert.equal(client.user?.state, 'READY');
  await client.setState('NOT_READY');

  await lab.heal();
  // Both nodes serve again, and nobody moves back.
  assert.equal(client.availability.node, nodes.secondary.restUrl);
  assert.equal(client.user?.state, 'NOT_READY');
  await client.close();
});
