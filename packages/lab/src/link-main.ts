/**
 * Entry of a link process: `node link-main.js CONFIG.json` with `{listeners: [...]}`. Its parent changes the mode by
 * `{type:'link', mode}`, answered in kind. It never outlives its parent.
 */
import { readFileSync } from 'node:fs';
import { Link, type LinkListener, type LinkMode } from './link.js';

const file = process.argv[2];
if (file === undefined) {
  process.stderr.write('finesse-ha link: no configuration file; usage: link-main.js CONFIG.json\n');
  process.exit(2);
}
const { listeners } = JSON.parse(readFileSync(file, 'utf8')) as { listeners: LinkListener[] };
const link = new Link(listeners);

process.on('message', (message: { type?: unknown; mode?: LinkMode }) => {
  if (message.type !== 'link' || message.mode === undefined) return;
  link.setMode(message.mode);
  process.send?.({ type: 'link', mode: message.mode });
});
process.on('disconnect', () => process.exit(0));
process.on('SIGTERM', () => process.exit(0));
try {
  await link.start();
  process.send?.({ type: 'ready' });
} catch (error) {
  const { code, port } = error as { code?: string; port?: number };
  process.stderr.write(`finesse-ha link: cannot listen on port ${port}: ${code ?? String(error)}\n`);
  process.exit(3);
}
