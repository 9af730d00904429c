/** stanza, unmodified; what goes in and out is said in `process-visitor.ts`. */
import { createInterface } from 'node:readline';
import { createClient } from 'stanza';
import * as jxt from 'stanza/jxt/index.js';

const { user, password, domain, transports } = JSON.parse(process.argv[2]);
const pubsub = 'http://jabber.org/protocol/pubsub';
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const client = createClient({
  jid: `${user}@${domain}`,
  resource: 'stanza',
  credentials: { username: user, password },
  transports,
});
// It drops a payload that it was not told of. ejabberd takes a namespace that an element shares with its parents for
// theirs, and so hands Finesse's over in that of the event.
for (const namespace of [pubsub, `${pubsub}#event`]) {
  client.stanzas.define({
    aliases: jxt.pubsubItemContentAliases(),
    element: 'notification',
    namespace,
    type: namespace,
    typeField: 'itemType',
    fields: { text: jxt.text() },
  });
}
client.on('session:started', () => {
  client.sendPresence();
  tell({ event: 'online' });
});
client.on('auth:failed', () => tell({ event: 'refused' }));
client.on('available', ({ from }) => {
  if (from.startsWith('finesse@')) tell({ event: 'finesse' });
});
client.on('pubsub:published', ({ pubsub: { items } }) => {
  for (const { content } of items.published ?? []) tell({ event: 'item', text: content?.text ?? '' });
});

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const node = line.split(' ')[1];
  client.subscribeToNode(`pubsub.${domain}`, { node, jid: client.jid }).then(
    () => tell({ event: 'subscribed', node }),
    () => tell({ event: 'error', node }),
  );
});
lines.on('close', () => {
  client.on('disconnected', () => process.exit(0));
  process.on('uncaughtException', () => process.exit(0));
  client.disconnect();
});
client.connect();
