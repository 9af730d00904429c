import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { loadCases, transcribe } from '../src/index.js';

const folder = fileURLToPath(new URL('../../../spec', import.meta.url));
const transcripts = fileURLToPath(new URL('transcripts', import.meta.url));

/**
 * Word for word and instant for instant what the core says and asks for in every case, so that no change of it goes
 * unseen. After an intended change: `npx vitest run packages/spec/test/transcripts.test.ts -u`, and read the difference.
 */
it.each(loadCases(folder).map((one) => [one.file, one] as const))('%s', async (file, one) => {
  const name = file.replace(`${folder}/`, '').replaceAll('/', '.');
  await expect(`${transcribe(one, 20_261)}\n`).toMatchFileSnapshot(
    `${transcripts}/${basename(name, '.yaml')}.txt`,
  );
});
