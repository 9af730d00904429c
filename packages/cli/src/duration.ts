import { CommandError } from './exit.js';

const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `12h`, `7d` in milliseconds. @throws {CommandError} naming the option */
export function durationOf(option: string, text: string): number {
  const [, number, unit] = /^(\d{1,6}(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const scale = unitMs[unit ?? ''];
  if (number === undefined || scale === undefined) {
    throw new CommandError(`${option} must be a number and s, m, h or d, such as 7d, not "${text}"`, 2);
  }
  return Number(number) * scale;
}
