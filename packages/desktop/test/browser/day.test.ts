/** What else happens in a day: reloads, tabs, sleep, a whole team that moves, keyboards, phones. */
import { AxeBuilder } from '@axe-core/playwright';
import { FinesseClient } from '@finesse-ha/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './support/chromium.js';
import type { Desk } from './support/desk.js';
import { Stage } from './support/stage.js';

const supervisor = '1001001';
const teamSize = 30;
const views = ['Calls', 'Team', 'Queues', 'Connection'] as const;

describe.skipIf(withoutBrowser)('the desktop', { timeout: 60_000 }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open({ agents: teamSize + 6 });
  });
  afterEach(() => stage?.restore());
  afterAll(() => stage?.close());

  it('can be installed', async () => {
    const desk = await stage.visit();
    const href = await desk.page.locator('link[rel="manifest"]').getAttribute('href');
    const manifest = await desk.page.evaluate(async (url) => (await fetch(url)).json(), href ?? '');
    expect(manifest).toMatchObject({ display: 'standalone', start_url: './' });
  });

  it('of a supervisor shows thirty agents through their failover', async () => {
    const desk = await stage.signIn(supervisor);
    await desk.show('Team');
    const ids = Array.from({ length: teamSize }, (_unused, index) => String(1_001_002 + index));
    const clients = ids.map((id) => new FinesseClient(stage.lab.clientOptions(id)));
    const ready = desk.page.locator('[data-group="ready"]');
    try {
      await Promise.all(
        clients.map(async (client) => {
          await client.connect();
          await client.signIn();
          await client.setState('READY');
        }),
      );
      await ready.filter({ hasText: String(teamSize) }).waitFor();
      await stage.lab.fault('notification-service', { node: 'primary' });
      await desk.inService('secondary');
      await desk.banner.waitFor({ state: 'detached' });
      expect(await ready.textContent()).toContain(String(teamSize));
      await Promise.all(clients.map((client) => inService(client)));
      await Promise.all(clients.map((client) => client.setState('NOT_READY')));
      await ready.filter({ hasText: /^0/ }).waitFor();
      expect(desk.problems).toEqual([]);
    } finally {
      await Promise.all(clients.map((client) => client.close()));
    }
  });

  it('is there again after a reload while the node that served it is down, and so is the call', async () => {
    const desk = await stage.signIn('1001032');
    await desk.setState('Not ready', 'Ready');
    const { from, hangUp } = await stage.call('1001032');
    await desk.answer(from);
    await desk.page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    await stage.lab.fault('tomcat', { node: 'primary' });
    await desk.page.reload();
    await desk.inService('secondary');
    await desk.call(from).getByRole('button', { name: 'Hold' }).waitFor();
    expect(desk.problems).toEqual([]);
    await hangUp();
  });

  it('goes on when the network comes back', async () => {
    const desk = await stage.signIn('1001033');
    await desk.context.setOffline(true);
    await desk.banner.filter({ hasText: 'no network' }).waitFor();
    await desk.context.setOffline(false);
    await desk.inService();
    await desk.banner.waitFor({ state: 'detached' });
    await desk.setState('Not ready', 'Ready');
  });

  it('of one agent may be open twice, and both show the same', async () => {
    const first = await stage.signIn('1001034');
    const second = await first.beside(stage.lab.url('primary'));
    await second.signIn('1001034');
    await second.setState('Not ready', 'Ready');
    await first.page.getByRole('button', { name: 'Your state: Ready' }).waitFor();
    await stage.lab.fault('notification-service', { node: 'primary' });
    await Promise.all([first.inService('secondary'), second.inService('secondary')]);
    await first.setState('Ready', 'Not ready', 'Lunch');
    await second.page.getByRole('button', { name: 'Your state: Not ready' }).waitFor();
  });

  it.each(['light', 'dark'] as const)('has nothing to object to by WCAG 2.2 AA, %s', async (colorScheme) => {
    const desk = await stage.visit('primary', { colorScheme });
    expect(await violations(desk)).toEqual([]);
    await desk.signIn(supervisor);
    await stage.call(supervisor);
    for (const view of views) {
      await desk.show(view);
      expect(await violations(desk), view).toEqual([]);
    }
    await stage.lab.fault('node', { node: await desk.node() });
    await desk.banner.waitFor();
    expect(await violations(desk), 'banner').toEqual([]);
  });

  it('is worked with by keyboard alone', async () => {
    const desk = await stage.visit();
    const { keyboard } = desk.page;
    const { user, password, extension } = stage.lab.credentials('1001035');
    await desk.page.getByLabel('Agent ID').focus();
    await keyboard.type(user);
    await desk.tabTo('Password');
    await keyboard.type(password);
    await desk.tabTo('Extension');
    await keyboard.type(extension);
    await keyboard.press('Enter');
    await desk.inService();
    await desk.setState('Not ready', 'Ready');
    const { from, hangUp } = await stage.call('1001035');
    await desk.call(from).waitFor();
    await desk.tabTo('Answer');
    await keyboard.press('Enter');
    await desk.call(from).getByRole('button', { name: 'Hold' }).waitFor();
    await hangUp();
  });

  it('fits a phone', async () => {
    const desk = await stage.signIn(supervisor, { viewport: { width: 375, height: 700 } });
    const member = new FinesseClient(stage.lab.clientOptions('1001036'));
    await member.connect();
    await member.signIn();
    await member.setState('NOT_READY', { reasonCodeId: '16' });
    for (const view of views) {
      await desk.show(view);
      // The longest that a state becomes: with its reason.
      if (view === 'Team') await desk.page.getByText('Team Meeting').waitFor();
      const { scrollWidth, clientWidth } = await desk.page.evaluate(() => {
        const { documentElement: page } = document;
        return { scrollWidth: page.scrollWidth, clientWidth: page.clientWidth };
      });
      expect(scrollWidth, view).toBeLessThanOrEqual(clientWidth);
    }
    await member.close();
  });
});

/** Resolves when the client is in service, which it may be already. */
function inService(client: FinesseClient): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (client.availability.status === 'in-service') resolve();
    };
    client.on('availability', look);
    look();
  });
}

async function violations(desk: Desk): Promise<string[]> {
  const { violations: found } = await new AxeBuilder({ page: desk.page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
}
