import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './support/chromium.js';
import type { Desk } from './support/desk.js';
import { Stage } from './support/stage.js';

describe.skipIf(withoutBrowser)('an agent in a call', { timeout: 60_000 }, () => {
  let stage: Stage;
  let desk: Desk;
  let from = '';

  beforeAll(async () => {
    stage = await Stage.open();
    desk = await stage.signIn('1001002');
    await desk.setState('Not ready', 'Ready');
    ({ from } = await stage.call('1001002'));
    await desk.answer(from);
  });
  afterAll(() => stage?.close());

  const failures = [
    'notification-service',
    'tomcat',
    'web-app',
    'cti-connection',
    'xmpp-connection',
  ] as const;

  it.each(failures)(
    'keeps it on the screen through %s, and works with it on the other node',
    async (name) => {
      const node = await desk.node();
      const other = node === 'primary' ? 'secondary' : 'primary';
      const card = desk.call(from);
      const duration = card.locator('time').first();
      const before = await seconds(duration);
      // Whatever happens from here on, the call may not leave the page for a moment.
      await card.evaluate((element) => {
        new MutationObserver(() => {
          if (!element.isConnected) document.documentElement.dataset.callLost = 'true';
        }).observe(document.body, { childList: true, subtree: true });
      });

      const [failed] = await Promise.all([
        desk.banner.first().textContent(),
        desk.banner.waitFor(),
        stage.lab.fault(name, { node }),
      ]);
      expect(failed).not.toBe('');
      // What cannot work says so and stays where it is.
      await desk.inService(other);
      await desk.banner.waitFor({ state: 'detached' });
      await desk.summary.filter({ hasText: 'In service again on' }).waitFor();

      expect(await desk.page.evaluate(() => document.documentElement.dataset.callLost)).toBeUndefined();
      expect(await seconds(duration)).toBeGreaterThanOrEqual(before);
      await card.getByRole('button', { name: 'Hold' }).click();
      await card.getByRole('button', { name: 'Resume' }).click();
      await card.getByRole('button', { name: 'Hold' }).waitFor();
      expect(desk.problems).toEqual([]);
      await stage.heal(name, node);
    },
  );

  it('shows each decision with its reason, and both nodes over time', async () => {
    await desk.show('Connection');
    const timelines = desk.page.getByTestId('timeline');
    await timelines.nth(1).waitFor();
    const here = timelines.filter({ hasText: 'In service here' });
    expect(await here.getAttribute('data-node')).toBe(stage.lab.url(await desk.node()));
    await timelines.locator('rect[data-tone="bad"]').first().waitFor({ state: 'attached' });
    expect(await desk.page.getByTestId('decisions').getByRole('listitem').count()).toBeGreaterThan(5);
  });

  it('can break and mend the lab from the desktop', async () => {
    const node = await desk.node();
    const faults = desk.page.getByTestId('faults');
    await faults.getByRole('radio', { name: new RegExp(node, 'i') }).check();
    const scenario = faults.locator('[data-scenario="notification-service"]');
    await scenario.getByRole('button', { name: 'Kill' }).click();
    await desk.inService(node === 'primary' ? 'secondary' : 'primary');
    await scenario.getByRole('button', { name: 'Mend' }).click();
    await scenario.getByRole('button', { name: 'Kill' }).waitFor();
    expect(stage.lab.broken).toEqual([]);
  });

  it('is told in an outage what failed, what is done and for how long, and afterwards what changed', async () => {
    const other = await stage.signIn('1001001');
    await other.setState('Not ready', 'Ready');
    const call = await stage.call('1001001');
    await other.answer(call.from);
    const card = other.call(call.from);
    await stage.lab.fault('cti-connection', { node: 'secondary' });
    await stage.lab.fault('notification-service', { node: 'primary' });
    await other.banner
      .filter({ hasText: 'The notification service of the primary node has stopped' })
      .filter({ hasText: 'Reconnecting to the primary node' })
      .locator('time')
      .waitFor();
    for (const name of ['Hold', 'Transfer', 'Keypad', 'End call']) {
      expect(await card.getByRole('button', { name }).getAttribute('aria-disabled'), name).toBe('true');
    }
    expect(await card.getByLabel('Wrap-up reason').isDisabled()).toBe(true);
    await call.hangUp();
    await stage.lab.heal('cti-connection', { node: 'secondary' });
    await other.inService('secondary');
    await other.summary.filter({ hasText: `Call ended: ${call.from}.` }).waitFor();
    await card.waitFor({ state: 'detached' });
    expect(other.problems).toEqual([]);
  });
});

/** The seconds that a timer shows, from its machine-readable form. */
async function seconds(timer: { getAttribute(name: string): Promise<string | null> }): Promise<number> {
  return Number(/PT(\d+)S/.exec((await timer.getAttribute('datetime')) ?? '')?.[1]);
}
