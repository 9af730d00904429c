import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The set-up (`scripts/chromium.mjs`) names the one that it found or installed; a bare `vitest` takes Debian's. */
const executablePath = process.env.FINESSE_HA_CHROMIUM ?? '/usr/bin/chromium';

/** Why browser tests are left out here: there is no Chromium, as the set-up has said. */
export const withoutBrowser = !existsSync(executablePath);

/** A headless Chromium that talks to nobody but the pages it is shown. @throws {Error} where there is none */
export function launchChromium(): Promise<Browser> {
  if (withoutBrowser) {
    throw new Error(`no Chromium at ${executablePath}: install it, or name it in FINESSE_HA_CHROMIUM`);
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
