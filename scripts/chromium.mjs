/** The browser that the desktop's tests and pictures are made with: found, or installed from Debian where that can be done. */
import { existsSync } from 'node:fs';
import { installDebianPackages } from './debian-packages.mjs';

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
  const named = process.env.FINESSE_HA_CHROMIUM;
  const why =
    named === undefined
      ? installDebianPackages(['chromium'])
      : `FINESSE_HA_CHROMIUM names ${named}, which does not exist`;
  if (why === undefined) return found();
  console.error(
    `finesse-ha set-up: no Chromium for the desktop: ${why}. The tests in a browser are skipped.\n` +
      '  Install Debian\'s "chromium" (or another Chromium or Chrome), or name one in FINESSE_HA_CHROMIUM.',
  );
  return undefined;
}
