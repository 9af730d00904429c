/** What else happens in a day: reloads, tabs, sleep, a whole team that moves. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FinesseClient } from '@finesse-ha/client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withoutBrowser } from './support/chromium.js';
import { desktopDirectory, Stage } from './support/stage.js';

const supervisor = '1001001';
const teamSize = 30;

describe.skipIf(withoutBrowser)('the desktop', { timeout: 60_000 }, () => {
  /** A copy of the bundle, of which a test makes a newer version. */
  const bundle = mkdtempSync(join(tmpdir(), 'finesse-ha-desktop-'));
  let stage: Stage;

  beforeAll(async () => {
    cpSync(desktopDirectory, bundle, { recursive: true });
    stage = await Stage.open({ agents: teamSize + 4, desktopDirectory: bundle });
  });
  afterEach(() => stage?.restore());
  afterAll(async () => {
    await stage?.close();
    rmSync(bundle, { recursive: true });
  });

  it('can be installed', async () => {
    const desk = await stage.visit();
    await desk.page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    const devTools = await desk.context.newCDPSession(desk.page);
    const { installabilityErrors } = await devTools.send('Page.getInstallabilityErrors');
    const errors = installabilityErrors.map(({ errorId }) => errorId);
    // A test's browser window keeps nothing, and so installs nothing.
    expect(errors.filter((error) => error !== 'in-incognito')).toEqual([]);
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

  it('of a newer version is kept in the place of the older one', async () => {
    const desk = await stage.visit();
    await desk.page.evaluate(async () => (await navigator.serviceWorker.ready).active?.state);
    const [from, to] = update(bundle);
    await stage.lab.fault('tomcat', { node: 'primary' });
    await stage.heal('tomcat', 'primary');
    await desk.page.reload();
    await desk.page.waitForFunction(
      async ([older, newer]) => {
        const keys = (await (await caches.open('finesse-ha-desktop')).keys()).map(({ url }) => url);
        return (
          keys.some((url) => url.endsWith(`/${newer}`)) && !keys.some((url) => url.endsWith(`/${older}`))
        );
      },
      [from, to] as const,
    );
    await stage.lab.fault('node', { node: 'primary' });
    await desk.page.reload();
    await desk.page.getByLabel('Agent ID').waitFor();
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
});

/** Makes a newer version of a bundle: the script has another name. Returns both names. */
function update(bundle: string): [from: string, to: string] {
  const from = readdirSync(join(bundle, 'assets')).find((name) => name.endsWith('.js')) ?? '';
  const to = `newer-${from}`;
  renameSync(join(bundle, 'assets', from), join(bundle, 'assets', to));
  const page = join(bundle, 'index.html');
  writeFileSync(page, readFileSync(page, 'utf8').replace(from, to));
  return [from, to];
}

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
