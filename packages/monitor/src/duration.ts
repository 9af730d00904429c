const unitMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90s`, `12h`, `7d` in milliseconds; null for anything else. */
export function parseDuration(text: string): number | null {
  const [, number, unit] = /^(\d{1,6}(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  const scale = unitMs[unit ?? ''];
  return number === undefined || scale === undefined ? null : Number(number) * scale;
}
