/** `npm run screenshots`: the pictures in docs/images/, taken of the desktop at a real lab in a real browser. */
import './setup.mjs';
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runnerImport } from 'vite';
import { provideChromium } from './chromium.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const images = `${root}docs/images`;

if (!provideChromium()) process.exit(1);
mkdirSync(images, { recursive: true });
const { module } = await runnerImport(`${root}packages/desktop/test/browser/screenshots.ts`);
await module.takeScreenshots(images);
console.log(`The pictures are in ${images}.`);
