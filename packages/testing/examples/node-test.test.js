import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startLab } from '@finesse-ha/testing';

let lab;
before(async () => {
  lab = await startLab();
});
after(() => lab?.stop());

test('the client moves when the web host of its node is killed', async () => {
  const { nodes } = lab;
  const client = await lab.agent('1001001').signIn();
  const moved = new Promise((resolve) => {
    client.on(
      'availability',
      ({ announcement }) => announcement.kind === 'recovered' && resolve(announcement),
    );
  });
  await lab.fault('tomcat', { node: 'primary' });
  const { node } = await moved;
  assert.equal(node, nodes.secondary.restUrl);
  await lab.heal();
});
