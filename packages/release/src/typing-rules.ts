import { readFileSync } from 'node:fs';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import type { Packed } from './pack.js';

/** What publint says of a tarball, suggestions included. */
export async function publintProblems({ one, tarball }: Packed): Promise<string[]> {
  const bytes = new Uint8Array(readFileSync(tarball));
  const { messages, pkg } = await publint({ pack: { tarball: bytes.buffer }, strict: true });
  return messages.map(
    (message) => `publint: ${formatMessage(message, pkg, { color: false }) ?? message.code} (${one.folder})`,
  );
}

/**
 * What "are the types wrong" says of a tarball. Two things are known and meant: who resolves as Node 10 did finds no `exports`,
 * and who requires from CommonJS gets an ES module, which Node 20.19 and later give (`consumer/entries.mjs` does it).
 */
export async function typeProblems({ one, tarball, contents }: Packed): Promise<string[]> {
  const modules = Object.values(one.manifest.exports ?? {}).some((target) => typeof target !== 'string');
  if (!modules) return [];
  const analysis = await checkPackage(createPackageFromTarballData(new Uint8Array(readFileSync(tarball))));
  if (analysis.types === false) return [`attw: ${contents.size} files and no types`];
  return analysis.problems
    .filter((problem) => problem.kind !== 'CJSResolvesToESM')
    .filter((problem) => !('resolutionKind' in problem && problem.resolutionKind === 'node10'))
    .filter((problem) => !('resolutionOption' in problem && problem.resolutionOption === 'node10'))
    .map((problem) => `attw: ${problem.kind} ${JSON.stringify(problem)} (${one.folder})`);
}
