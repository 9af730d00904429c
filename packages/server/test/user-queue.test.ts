import { describe, expect, it } from 'vitest';
import { UserQueue } from '../src/web-app/user-queue.ts';

/** A task that runs until it is told to end. */
function task() {
  let end = () => {};
  let begin = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const begun = new Promise<void>((resolve) => {
    begin = resolve;
  });
  const run = () => {
    begin();
    return ended;
  };
  return { run, begun, end };
}

describe('queue per user', () => {
  it("begins a user's next task only when the one before has ended", async () => {
    const queue = new UserQueue(5);
    const order: string[] = [];
    const [first, second] = [task(), task()];
    queue.add('ada', async () => {
      await first.run();
      order.push('first ends');
    });
    queue.add('ada', () => {
      order.push('second begins');
      return second.run();
    });
    await first.begun;
    first.end();
    await second.begun;
    expect(order).toEqual(['first ends', 'second begins']);
  });

  it('lets users run beside each other', async () => {
    const queue = new UserQueue(5);
    const [ada, brian] = [task(), task()];
    queue.add('ada', ada.run);
    queue.add('brian', brian.run);
    await Promise.all([ada.begun, brian.begun]);
  });

  it('is bounded per user, and empty again afterwards', async () => {
    const queue = new UserQueue(2);
    const first = task();
    const last = task();
    expect(queue.add('ada', first.run)).toBe(true);
    expect(queue.add('ada', async () => undefined)).toBe(true);
    expect(queue.add('ada', async () => undefined)).toBe(false);
    first.end();
    await first.begun;
    await Promise.resolve();
    const retry = () => queue.add('ada', last.run) || setImmediate(retry);
    retry();
    await last.begun;
  });
});
