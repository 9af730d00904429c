/**
 * The wall-clock time (epoch ms) of an instant on the clock of the client's announcements, which in a browser is that of
 * `performance.now()`.
 */
export function wallTime(at: number): number {
  return Date.now() - (performance.now() - at);
}
