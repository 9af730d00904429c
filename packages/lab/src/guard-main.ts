/**
 * Entry of the guard process: `node guard-main.js`. Its parent, the lab, tells it by `{type:'guard', pids, paths}` what
 * would be left if the lab died; when the lab is gone without a word, the guard ends those processes (frozen ones, which
 * cannot end themselves, too) and removes those files.
 */
import { rmSync } from 'node:fs';
import { z } from 'zod';

const messageSchema = z.object({
  type: z.literal('guard'),
  pids: z.array(z.int().positive()),
  paths: z.array(z.string().min(1)),
});

let left: Omit<z.infer<typeof messageSchema>, 'type'> = { pids: [], paths: [] };

process.on('message', (message) => {
  const parsed = messageSchema.safeParse(message);
  if (parsed.success) left = parsed.data;
});
process.on('disconnect', () => {
  for (const pid of left.pids) {
    try {
      // With what it started itself.
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  for (const path of left.paths) rmSync(path, { recursive: true, force: true });
  process.exit(0);
});
process.send?.({ type: 'ready' });
