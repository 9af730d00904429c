import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** Where Debian and others put it; FINESSE_HA_CHROMIUM names another. */
const places = [
  process.env.FINESSE_HA_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

const executablePath = places.find((place) => place !== undefined && existsSync(place));

/**
 * Why browser tests are left out here: there is no Chromium, and nobody insists. In CI they run, and fail without one.
 */
export const withoutBrowser = executablePath === undefined && process.env.CI === undefined;

/** A headless Chromium that talks to nobody but the pages it is shown. @throws {Error} where there is none */
export function launchChromium(): Promise<Browser> {
  if (executablePath === undefined) {
    throw new Error('no Chromium was found: install it, or name it in FINESSE_HA_CHROMIUM');
  }
  return chromium.launch({
    executablePath,
    args: [
      // The sandbox does not work for root, as whom containers run; the pages are our own.
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
