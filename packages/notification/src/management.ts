import { type ManagementAddress, ManagementServer } from '@finesse-ha/ops';
import { Counter, Gauge } from 'prom-client';
import type { NotificationService } from './service.js';

/** Health and metrics of a notification service. Ready once it listens and the web app is there to publish. */
export function createManagement(
  address: ManagementAddress,
  service: NotificationService,
  stopping: () => boolean,
): ManagementServer {
  const management = new ManagementServer(address, {
    notReadyBecause: () => [
      ...(stopping() ? ['it is stopping'] : []),
      ...(service.webAppPresent ? [] : ['the web app is not present']),
    ],
  });
  const registers = [management.registry];
  new Gauge({
    name: 'finesse_notification_sessions',
    help: 'XMPP sessions that are bound.',
    registers,
    collect() {
      this.set(service.counts.sessions);
    },
  });
  new Gauge({
    name: 'finesse_notification_subscriptions',
    help: 'Explicit subscriptions to nodes of teams and queues.',
    registers,
    collect() {
      this.set(service.counts.subscriptions);
    },
  });
  new Counter({
    name: 'finesse_notification_published_total',
    help: 'Items that the web app published.',
    registers,
    collect() {
      this.reset();
      this.inc(service.totals.published);
    },
  });
  new Counter({
    name: 'finesse_notification_logins_total',
    help: 'XMPP logins by result: success, or the SASL failure.',
    labelNames: ['result'],
    registers,
    collect() {
      this.reset();
      for (const [result, count] of service.totals.logins) this.inc({ result }, count);
    },
  });
  return management;
}
