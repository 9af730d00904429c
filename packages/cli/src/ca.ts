import { readFileSync } from 'node:fs';
import { CommandError } from './exit.js';

/** The certificates of `--ca`, PEM. @throws {CommandError} naming the file */
export function readCa(file: string, exitCode = 2): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(
      `cannot read --ca ${file}: ${(error as NodeJS.ErrnoException).code ?? error}`,
      exitCode,
    );
  }
}
