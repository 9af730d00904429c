/** A fault that nobody finds by chance: five bytes, each behind the one before. */
export function planted(input) {
  if (input[0] !== 0x46) return;
  if (input[1] !== 0x49) return;
  if (input[2] !== 0x4e) return;
  if (input[3] !== 0x45) return;
  if (input.length > 5) throw new RangeError('found');
}
