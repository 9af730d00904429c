/** Waiting with an end. */

/** Resolves when the promise does, after `ms` at the latest. The promise must not reject. */
export function within(promise: Promise<void>, ms: number): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    void promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
