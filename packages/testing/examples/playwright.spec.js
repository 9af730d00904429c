import { startLab } from '@finesse-ha/testing';
import { test as base, expect } from '@playwright/test';

// One lab for each worker; workers run side by side.
const test = base.extend({
  lab: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of what a fixture uses from here.
    async ({}, use) => {
      const lab = await startLab();
      await use(lab);
      await lab.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
});

test('the other node answers while the web host of one is killed', async ({ lab, request }) => {
  await lab.fault('tomcat', { node: 'primary' });
  const path = '/finesse/api/SystemInfo';
  await expect(request.get(`${lab.nodes.primary.restUrl}${path}`)).rejects.toThrow(/ECONNREFUSED/);
  const answer = await request.get(`${lab.nodes.secondary.restUrl}${path}`);
  expect(await answer.text()).toContain('IN_SERVICE');
  await lab.heal();
});
