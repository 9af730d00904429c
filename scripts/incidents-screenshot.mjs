/** `npm run screenshots:incidents`: the page of incidents in docs/images/, of a watch on a real lab that is broken. */
import './setup.mjs';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { startLab } from '@finesse-ha/lab';
import { chromium } from 'playwright-core';
import { provideChromium } from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = `${root}packages/cli/bin/finesse-ha.js`;
/** What is broken, one after the other; the last but one overlaps the last. */
const faults = [
  ['notification-service', 'primary'],
  ['tomcat', 'secondary'],
  ['xmpp-connection', 'primary'],
  ['web-app', 'primary'],
];

if (!provideChromium()) process.exit(1);
const directory = mkdtempSync(join(tmpdir(), 'finesse-ha-incidents-'));
const lab = await startLab();
try {
  const file = join(directory, 'incidents.db');
  const page = join(directory, 'incidents.html');
  const startedAt = Date.now();
  const watch = spawn(
    process.execPath,
    [
      ...[
        bin,
        'watch',
        lab.url('primary'),
        '--user',
        '1001002',
        '--interval',
        '1',
        '--json',
        '--incidents',
        file,
      ],
      ...['--ws-port', String(lab.deployment.places.nodes.primary.ports.webSocket)],
    ],
    { env: { ...process.env, FINESSE_PASSWORD: 'finesse' }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: watch.stdout })[Symbol.asyncIterator]();
  const until = async (node, up) => {
    for (;;) {
      const { value, done } = await lines.next();
      if (done) throw new Error('the watch ended');
      const line = JSON.parse(value);
      if (line.node === lab.url(node) && line.kind === 'measures' && (line.state === 'up') === up) return;
    }
  };
  await until('primary', true);
  await until('secondary', true);
  for (const [scenario, node] of faults) {
    await lab.fault(scenario, { node });
    await until(node, false);
    await lab.heal(scenario, { node });
    await until(node, true);
  }
  await lab.fault('cti-connection', { node: 'primary' });
  await until('primary', false);
  await lab.fault('notification-service', { node: 'secondary' });
  await until('secondary', false);
  await lab.heal('cti-connection', { node: 'primary' });
  await until('primary', true);

  const since = `${Math.ceil((Date.now() - startedAt) / 1_000)}s`;
  const { status } = spawnSync(process.execPath, [bin, 'incidents', file, '--since', since, '--html', page], {
    stdio: 'inherit',
  });
  if (status !== 0) throw new Error('finesse-ha incidents failed');
  watch.kill('SIGINT');
  await once(watch, 'close');
  await photograph(page);
} finally {
  await lab.stop();
  rmSync(directory, { recursive: true });
}

async function photograph(page) {
  const browser = await chromium.launch({
    executablePath: process.env.FINESSE_HA_CHROMIUM,
    args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
  });
  try {
    for (const colorScheme of ['light', 'dark']) {
      const tab = await browser.newPage({ viewport: { width: 1_180, height: 400 }, colorScheme });
      await tab.goto(pathToFileURL(page).href);
      const path = `${root}docs/images/incidents-${colorScheme}.png`;
      await tab.screenshot({ path, fullPage: true });
      console.log(path);
    }
  } finally {
    await browser.close();
  }
}
