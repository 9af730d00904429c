/** The browser that the desktop's tests and pictures are made with: found, or installed from Debian where that can be done. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** Where Debian and others put it. FINESSE_HA_CHROMIUM names another place. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Sees to a Chromium and names it in FINESSE_HA_CHROMIUM, for the programs that this one starts.
 * @returns {boolean} false where there is none and none can be installed, with the reason on standard error
 */
export function provideChromium() {
  const path = found() ?? installed();
  if (path !== undefined) process.env.FINESSE_HA_CHROMIUM = path;
  return path !== undefined;
}

function found() {
  const named = process.env.FINESSE_HA_CHROMIUM;
  return (named === undefined ? places : [named]).find((place) => existsSync(place));
}

function installed() {
  const why = reasonNotToInstall() ?? install();
  if (why === undefined) return found();
  console.error(
    `finesse-ha set-up: no Chromium for the desktop: ${why}. The tests in a browser are skipped.\n` +
      '  Install Debian\'s "chromium" (or another Chromium or Chrome), or name one in FINESSE_HA_CHROMIUM.',
  );
  return undefined;
}

function reasonNotToInstall() {
  const named = process.env.FINESSE_HA_CHROMIUM;
  if (named !== undefined) return `FINESSE_HA_CHROMIUM names ${named}, which does not exist`;
  if (!existsSync('/usr/bin/apt-get')) return 'there is no apt-get to install it with';
  return process.getuid?.() === 0 ? undefined : 'only root may install it';
}

/** A registry that says nothing may not hold up the tests for ever. */
const patienceMs = 5 * 60_000;

/** @returns {string | undefined} why it failed */
function install() {
  console.error('finesse-ha set-up: installing Chromium for the tests in a browser ...');
  const steps = [['update'], ['install', '--yes', '--no-install-recommends', 'chromium']];
  for (const step of steps) {
    const { status, stderr } = spawnSync('apt-get', ['--quiet', ...step], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: patienceMs,
    });
    if (status === null) return `apt-get ${step[0]} did not end within ${patienceMs / 60_000} minutes`;
    if (status !== 0) return `apt-get ${step[0]} failed (${stderr.trim().split('\n').at(-1)})`;
  }
  return existsSync(places[0]) ? undefined : 'apt-get installed it somewhere unknown';
}
