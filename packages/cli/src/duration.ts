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

/** `4.2 s`, `3 min 5 s`, `2 h 4 min`, for people. */
export function lengthOf(ms: number): string {
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  return `${Math.floor(seconds / 3_600)} h ${Math.floor((seconds % 3_600) / 60)} min`;
}
