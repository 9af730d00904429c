import { parseDuration } from '@finesse-ha/monitor';
import { CommandError } from './exit.js';

/** `90s`, `12h`, `7d` in milliseconds. @throws {CommandError} naming the option */
export function durationOf(option: string, text: string): number {
  const ms = parseDuration(text);
  if (ms === null) {
    throw new CommandError(`${option} must be a number and s, m, h or d, such as 7d, not "${text}"`, 2);
  }
  return ms;
}
