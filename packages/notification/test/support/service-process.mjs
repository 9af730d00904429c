/** A service in a process of its own that tells, when asked, what it holds after a collection of garbage: `--expose-gc`. */
import { readFileSync } from 'node:fs';
import { NotificationService, parseNotificationConfig } from '../../dist/index.js';

const config = parseNotificationConfig(JSON.parse(readFileSync(process.argv[2], 'utf8')));
const service = new NotificationService(config, () => undefined);
process.on('message', () => {
  // Once more a turn later: what a closing socket held is free only then.
  gc();
  setImmediate(() => {
    gc();
    const { heapUsed, external } = process.memoryUsage();
    const resources = process.getActiveResourcesInfo();
    const timers = resources.filter((kind) => kind === 'Timeout').length;
    process.send({ bytes: heapUsed + external, timers, ...service.counts });
  });
});
process.on('disconnect', () => process.exit(0));
process.send({ ports: await service.start() });
