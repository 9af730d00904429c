/** Entry of the web app's worker thread: connects the web app with the port that its host gave it. */
import { workerData } from 'node:worker_threads';
import { createLog } from '@finesse-ha/ops';
import { WebApp } from './web-app/app.js';
import type { FromApp, ToApp } from './web-host/messages.js';
import type { WebAppStart } from './web-host/web-app-slot.js';

const { config, port } = workerData as WebAppStart;
const log = createLog({ process: 'web-app', node: config.node }, config.logLevel);
const app = new WebApp(config, log, ({ status, statusReason }) =>
  post({ type: 'service', status, reason: statusReason }),
);
/** Requests whose client still waits. */
const live = new Set<number>();

function post(message: FromApp): void {
  port.postMessage(message);
}

async function stop(): Promise<void> {
  await app.stop();
  post({ type: 'stopped' });
  port.close();
}

port.on('message', (message: ToApp) => {
  switch (message.type) {
    case 'request':
      live.add(message.id);
      void app.handle(message).then((response) => {
        if (live.delete(message.id)) post(response);
      });
      return;
    case 'abandoned':
      live.delete(message.id);
      return;
    case 'stop':
      void stop();
      return;
  }
});

await app.start();
post({ type: 'up' });
