/** The pictures in `docs/images/`, taken of the desktop at a real lab: `npm run screenshots`. */
import { join } from 'node:path';
import { FinesseClient } from '@finesse-ha/client';
import type { Desk } from './support/desk.js';
import { Stage } from './support/stage.js';

const supervisor = '1001001';
const agent = '1001002';
const agentOnThePhone = '1001003';
/** From here on the rest of the team. */
const firstOther = 1_001_004;
const others = 12;

const schemes = ['light', 'dark'] as const;
const viewport = { width: 1280, height: 720 };
const phoneViewport = { width: 375, height: 760 };

const aboutTheCall = {
  callVariable1: 'Order 4711-23',
  callVariable2: 'Gold',
  callVariable3: 'German',
  callVariable5: 'Delivery is late',
};

/** Takes all of them. @throws {Error} when a view does not become what it is to show */
export async function takeScreenshots(directory: string): Promise<void> {
  const stage = await Stage.open({ agents: others + 4 });
  const team = await signInOthers(stage);
  try {
    const desk = await stage.visit('primary', { viewport });
    await desk.page.getByLabel('Agent ID').waitFor();
    await take('sign-in', desk);

    await desk.signIn(agent);
    await talk(stage, desk, agent);
    await desk.page.getByTestId('call').locator('time', { hasText: '0:04' }).first().waitFor();
    await take('agent-in-a-call', desk);

    const boss = await stage.signIn(supervisor, { viewport });
    await boss.show('Team');
    await boss.page.locator('[data-group="talking"]', { hasText: '5' }).waitFor();
    await take('team', boss);

    const phone = await stage.signIn(agentOnThePhone, { viewport: phoneViewport, deviceScaleFactor: 2 });
    await talk(stage, phone, agentOnThePhone);
    await take('phone', phone);

    await stage.lab.fault('tomcat', { node: 'primary' });
    await desk.inService('secondary');
    await stage.heal('tomcat', 'primary');
    await stage.lab.fault('cti-connection', { node: 'primary' });
    await stage.lab.fault('notification-service', { node: 'secondary' });
    await desk.banner.locator('time', { hasText: '0:04' }).waitFor();
    await take('failure', desk);

    await stage.heal('cti-connection', 'primary');
    await desk.inService('primary');
    await desk.show('Connection');
    await desk.page.setViewportSize({ ...viewport, height: 1_240 });
    await take('connection', desk);
  } finally {
    await Promise.all(team.map((client) => client.close()));
    await stage.close();
  }

  async function take(name: string, { page }: Desk): Promise<void> {
    // Nothing is to look as if the mouse were on it.
    await page.mouse.move(0, 0);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await page.screenshot({ path: join(directory, `${name}-${colorScheme}.png`), animations: 'disabled' });
    }
  }
}

async function talk(stage: Stage, desk: Desk, agentId: string): Promise<void> {
  await desk.setState('Not ready', 'Ready');
  const { from } = await stage.call(agentId, aboutTheCall);
  await desk.answer(from);
}

/** The rest of the team at work: some not ready, some ready, some in a call. */
async function signInOthers(stage: Stage): Promise<FinesseClient[]> {
  const ids = Array.from({ length: others }, (_unused, index) => String(firstOther + index));
  return Promise.all(
    ids.map(async (id, index) => {
      const client = new FinesseClient(stage.lab.clientOptions(id));
      await client.connect();
      await client.signIn();
      if (index % 3 === 0) return client;
      await client.setState('READY');
      if (index % 3 === 1) return client;
      const { pickUp } = await stage.call(id);
      await pickUp();
      return client;
    }),
  );
}
