/** Whoever works with it, and on whatever: axe on every view, the keyboard alone, a phone. */
import { AxeBuilder } from '@axe-core/playwright';
import { FinesseClient } from '@finesse-ha/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './support/chromium.js';
import type { Desk } from './support/desk.js';
import { Stage } from './support/stage.js';

const supervisor = '1001001';
const agent = '1001002';
const colleague = '1001003';
const views = ['Calls', 'Team', 'Queues', 'Connection'] as const;

describe.skipIf(withoutBrowser)('the desktop', { timeout: 60_000 }, () => {
  let stage: Stage;

  beforeAll(async () => {
    stage = await Stage.open({ agents: 3 });
  });
  afterEach(() => stage?.restore());
  afterAll(() => stage?.close());

  it('has nothing to object to by WCAG 2.2 AA, neither light nor dark', async () => {
    const desk = await stage.visit();
    expect(await violations(desk), 'sign-in').toEqual([]);
    await desk.signIn(supervisor);
    await desk.setState('Not ready', 'Ready');
    const { from } = await stage.call(supervisor);
    await desk.answer(from);
    for (const view of views) {
      await desk.show(view);
      expect(await violations(desk), view).toEqual([]);
    }
    await desk.show('Calls');
    await desk.call(from).getByRole('button', { name: 'Consult' }).click();
    expect(await violations(desk), 'dialog').toEqual([]);
    await desk.page.keyboard.press('Escape');
    await desk.page.getByRole('button', { name: /Your state/ }).click();
    expect(await violations(desk), 'menu').toEqual([]);
    await desk.page.keyboard.press('Escape');
    await stage.lab.fault('cti-connection', { node: 'secondary' });
    await stage.lab.fault('notification-service', { node: 'primary' });
    await desk.banner.waitFor();
    expect(await violations(desk), 'banner').toEqual([]);
  });

  it('is worked with by keyboard alone', async () => {
    const desk = await stage.visit();
    const { keyboard } = desk.page;
    const { user, password, extension } = stage.lab.credentials(agent);
    await desk.page.getByLabel('Agent ID').focus();
    await keyboard.type(user);
    await desk.tabTo('Password');
    await keyboard.type(password);
    await desk.tabTo('Extension');
    await keyboard.type(extension);
    await keyboard.press('Enter');
    await desk.inService();
    await desk.tabTo('Your state');
    await keyboard.press('Enter');
    await desk.tabTo('Ready');
    await keyboard.press('Enter');
    await desk.page.getByRole('button', { name: 'Your state: Ready' }).waitFor();
    const { from, hangUp } = await stage.call(agent);
    await desk.call(from).waitFor();
    await desk.tabTo('Answer');
    await keyboard.press('Enter');
    await desk.call(from).getByRole('button', { name: 'Hold' }).waitFor();
    await hangUp();
  });

  it('fits a phone', async () => {
    const desk = await stage.signIn(supervisor, { viewport: { width: 375, height: 700 } });
    const member = new FinesseClient(stage.lab.clientOptions(colleague));
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

/** What axe finds on the page as it is: by all rules in the light, in the dark by those that colours matter to. */
async function violations({ page }: Desk): Promise<string[]> {
  const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
  const axe = () => new AxeBuilder({ page }).setLegacyMode();
  await page.emulateMedia({ colorScheme: 'light' });
  const light = await axe().withTags(rules).analyze();
  await page.emulateMedia({ colorScheme: 'dark' });
  const dark = await axe().withRules(['color-contrast', 'link-in-text-block']).analyze();
  return [...light.violations, ...dark.violations].map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`,
  );
}
