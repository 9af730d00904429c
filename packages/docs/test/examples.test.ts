/** The examples, each run as its README says, on one lab that is broken under it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLab, type TestLab } from '@finesse-ha/testing';
import type { Browser, Page } from 'playwright-core';
import { build, type PreviewServer, preview } from 'vite';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { launchChromium, withoutBrowser } from '../../desktop/test/browser/support/chromium.js';
import { root, samplesOf } from './samples/extract.js';
import { compile, readProgram } from './samples/project.js';
import { Customers } from './support/customers.js';
import { Program } from './support/program.js';

const programs = new Set<Program>();
let lab: TestLab;
let customers: Customers;
beforeAll(async () => {
  lab = await startLab({ agents: 5 });
  customers = await Customers.of(lab.lab);
});
afterEach(async () => {
  await Promise.all([...programs].map((program) => program.interrupt()));
  programs.clear();
  await lab.heal();
});
afterAll(async () => {
  await customers?.leave();
  await lab?.stop();
});

const webSocketPort = () => new URL(lab.nodes.primary.webSocketUrl).port;
const bothNodes = () => [lab.nodes.primary.restUrl, lab.nodes.secondary.restUrl];

function start(file: string, id: string): Program {
  const { user, password, extension } = lab.lab.credentials(id);
  const program = new Program(file, {
    FINESSE_NODES: bothNodes().join(','),
    FINESSE_WS_PORT: webSocketPort(),
    FINESSE_USER: user,
    FINESSE_PASSWORD: password,
    FINESSE_EXTENSION: extension,
  });
  programs.add(program);
  return program;
}

it('the examples fit the packages', () => {
  const tsc = `${root}node_modules/typescript/bin/tsc`;
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', `${root}examples`], { encoding: 'utf8' });
  expect(stdout).toBe('');
});

it('the wallboard shows the team through a failover', { timeout: 60_000 }, async () => {
  const wallboard = start('examples/wallboard/wallboard.mjs', '1001001');
  await wallboard.prints(/Grace Brandt +1001002 +LOGOUT/);
  const grace = await lab.agent('1001002').signIn();
  await wallboard.prints(/Grace Brandt +1001002 +NOT_READY/);
  expect(wallboard.output).toMatch(/SystemInfo in-service, XMPP up, finesse available/);
  const before = wallboard.here;
  await lab.fault('notification-service');
  const during = await wallboard.prints(/failing: Cisco Finesse Notification Service/, before);
  expect(during).toContain('Team First Line');
  expect(during).toMatch(/Grace Brandt +1001002 +NOT_READY/);
  await wallboard.prints(new RegExp(`in-service on ${lab.nodes.secondary.restUrl}`), before);
  const moved = wallboard.here;
  await grace.connect();
  await grace.setState('READY');
  await wallboard.prints(/Grace Brandt +1001002 +READY/, moved);
  expect(await wallboard.interrupt()).toBe(0);
});

it('the screen-pop shows each call once, one that rings during a failover too', {
  timeout: 60_000,
}, async () => {
  const screen = start('examples/screen-pop/screen-pop.mjs', '1001003');
  await screen.prints(/waiting for calls as 1001003/);
  const hangUp = await customers.call('2125550101', '1001003');
  await screen.prints(/call \d+ from 2125550101: Nora Lindqvist \(C-1001\): Waiting for a part/);
  await hangUp();
  await lab.fault('tomcat');
  await screen.prints(/failing: /);
  const hangUpAgain = await customers.call('2125550107', '1001003', { callVariable1: 'C-1002' });
  await screen.prints(/recovered: (.|\n)*from 2125550107: |from 2125550107: (.|\n)*recovered: /);
  await hangUpAgain();
  expect(await screen.interrupt()).toBe(0);
  const calls = screen.output.match(/^call .*/gm)?.map((line) => line.replace(/^call \d+ /, ''));
  expect(calls).toEqual([
    'from 2125550101: Nora Lindqvist (C-1001): Waiting for a part since Monday.',
    'from 2125550107: Tom Okafor (C-1002): Renewal due.',
  ]);
});

it('an example without its settings says which are missing', async () => {
  const program = new Program('examples/wallboard/wallboard.mjs', { FINESSE_NODES: '' });
  await program.prints(/FINESSE_NODES, FINESSE_USER and FINESSE_PASSWORD must be set/);
  expect(await program.ended).toBe(2);
});

describe.skipIf(withoutBrowser)('in a browser', { timeout: 60_000 }, () => {
  let browser: Browser;
  let page: Page;
  let site: PreviewServer;
  const folder = mkdtempSync(join(tmpdir(), 'finesse-ha-examples-'));
  const problems: string[] = [];

  /** Bundles a page as its reader would, beside the others. */
  const bundle = (from: string, name: string) =>
    build({
      root: from,
      base: `/${name}/`,
      logLevel: 'error',
      configFile: false,
      build: { outDir: join(folder, name), emptyOutDir: true },
    });
  const open = async (path: string) => {
    page = await browser.newPage({ viewport: { width: 520, height: 360 } });
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${site.resolvedUrls?.local[0]}${path}`, { waitUntil: 'commit' });
  };

  beforeAll(async () => {
    await bundle(`${root}examples/widget`, 'widget');
    [browser, site] = await Promise.all([
      launchChromium(),
      preview({
        root: folder,
        logLevel: 'error',
        configFile: false,
        build: { outDir: folder },
        preview: { port: 0, host: '127.0.0.1' },
      }),
    ]);
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('the widget moves with its agent, and goes on there', async () => {
    const query = bothNodes()
      .map((node) => `node=${encodeURIComponent(node)}`)
      .join('&');
    await open(`widget/index.html?${query}&ws-port=${webSocketPort()}`);
    const state = page.locator('#state');
    const service = page.locator('#service');
    const button = (name: string) => page.getByRole('button', { name, exact: true });
    await page.getByLabel('Agent ID').fill('1001004');
    await page.getByLabel('Password').fill('wrong');
    await page.getByLabel('Extension').fill('1001004');
    await button('Sign in').click();
    await page.locator('#problem', { hasText: /./ }).waitFor();
    await page.getByLabel('Password').fill('finesse');
    await button('Sign in').click();
    await state.filter({ hasText: 'NOT READY' }).waitFor();
    await button('Ready').click();
    await state.filter({ hasText: /^READY$/ }).waitFor();
    await picture('widget');

    await lab.fault('cti-connection', { node: 'secondary' });
    await lab.fault('web-app');
    await page.locator('#service[data-status="failing"]').waitFor();
    expect(await button('Not ready').isDisabled()).toBe(true);
    expect(await state.textContent()).toBe('READY');
    await picture('widget-failing');
    await lab.lab.heal('cti-connection', { node: 'secondary' });
    await page
      .locator(`#service[data-status="in-service"][data-node="${lab.nodes.secondary.restUrl}"]`)
      .waitFor();
    expect(await service.textContent()).toContain(new URL(lab.nodes.secondary.restUrl).host);
    await button('Not ready').click();
    await state.filter({ hasText: 'NOT READY' }).waitFor();
    expect(problems).toEqual([]);
  });

  it('the sample of @finesse-ha/react shows the agent', async () => {
    const sample = samplesOf('packages/react/README.md').samples.find(({ language }) => language === 'tsx');
    if (sample === undefined) throw new Error('packages/react/README.md has no sample in tsx');
    const { problems: wrong, programOf } = compile('react', [sample], (text) =>
      text
        .replace(
          /nodes: \[[^\]]*\]/,
          `nodes: ${JSON.stringify(bothNodes())}, notification: { webSocket: { port: ${webSocketPort()} } }`,
        )
        .replaceAll('1001001', '1001005'),
    );
    expect(wrong).toEqual([]);
    const from = join(root, 'packages/docs/.cache/react-page');
    rmSync(from, { recursive: true, force: true });
    mkdirSync(from, { recursive: true });
    writeFileSync(join(from, 'main.js'), readProgram(programOf(sample)));
    writeFileSync(
      join(from, 'index.html'),
      '<!doctype html><body><script type="module" src="./main.js"></script>',
    );
    await bundle(from, 'react');
    await open('react/index.html');
    page.once('dialog', (dialog) => dialog.accept('finesse'));
    await page.getByText(/NOT_READY for \d+ s, 0 calls \(in-service\)/).waitFor();
    expect(problems).toEqual([]);
  });

  /** Into docs/images, where somebody asks for it. */
  async function picture(name: string): Promise<void> {
    if (process.env.FINESSE_HA_PICTURES !== '1') return;
    await page.screenshot({ path: `${root}docs/images/${name}.png` });
  }
});
