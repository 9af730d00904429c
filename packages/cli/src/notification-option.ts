import { externalServers } from '@finesse-ha/notification';
import { Option } from 'commander';

/** What may stand behind `--notification`. */
export type NotificationChoice = 'embedded' | (typeof externalServers)[number];

/** Which notification service the nodes of a lab have. */
export function notificationOption(): Option {
  return new Option(
    '--notification <service>',
    'the notification service of both nodes: our own, or a real XMPP server that is installed on this machine',
  )
    .choices(['embedded', ...externalServers])
    .default('embedded');
}
