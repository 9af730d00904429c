import { useRef, useState } from 'react';
import { type Attempt, actionWording, wasDone } from '../failures/wording.js';
import { useMessages } from './Messages.js';

/**
 * Does one thing at a time, and tells what came of it. `busy` is what is under way. `run` resolves with whether it was
 * done.
 */
export function useAction(): {
  busy: Attempt | null;
  run(attempt: Attempt, action: () => Promise<unknown>): Promise<boolean>;
} {
  const messages = useMessages();
  const [busy, setBusy] = useState<Attempt | null>(null);
  const running = useRef(false);
  const run = async (attempt: Attempt, action: () => Promise<unknown>) => {
    if (running.current) return false;
    running.current = true;
    setBusy(attempt);
    try {
      await action();
      return true;
    } catch (error) {
      if (wasDone(error)) return true;
      messages.fail(actionWording(attempt, error));
      return false;
    } finally {
      running.current = false;
      setBusy(null);
    }
  };
  return { busy, run };
}
