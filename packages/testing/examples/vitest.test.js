import { startLab } from '@finesse-ha/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';

let lab;
beforeAll(async () => {
  lab = await startLab();
}, 60_000);
afterAll(() => lab?.stop());

test('the client moves when the web host of its node is killed', async () => {
  const client = await lab.agent('1001001').signIn();
  const moved = new Promise((resolve) => {
    client.on(
      'availability',
      ({ announcement }) => announcement.kind === 'recovered' && resolve(announcement),
    );
  });
  await lab.fault('tomcat', { node: 'primary' });
  expect(await moved).toMatchObject({ node: lab.nodes.secondary.restUrl });
  await lab.heal();
}, 60_000);
