import { createClient } from 'stanza';
import * as jxt from 'stanza/jxt/index.js';
import { type Account, Heard, type Visitor } from './visitor.ts';

const pubsub = 'http://jabber.org/protocol/pubsub';

/** stanza over WebSocket or BOSH. */
export async function stanza(
  account: Account,
  transports: { websocket: string | false; bosh: string | false },
): Promise<Visitor> {
  const { user, password, domain } = account;
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
  const heard = new Heard();
  const finesseAvailable = new Promise<void>((resolve) => {
    client.on('available', ({ from }) => {
      if (from.startsWith('finesse@')) resolve();
    });
  });
  client.on('pubsub:published', ({ pubsub: { items } }) => {
    for (const { content } of items.published ?? []) {
      heard.add((content as { text?: string } | undefined)?.text ?? '');
    }
  });
  const started = new Promise<void>((resolve, reject) => {
    client.on('session:started', () => resolve());
    client.on('auth:failed', () => reject(new Error('stanza: login refused')));
  });
  client.connect();
  await started;
  client.sendPresence();
  return {
    finesseAvailable,
    hears: (text) => heard.wait(text),
    subscribe: async (node) => {
      await client.subscribeToNode(`pubsub.${domain}`, { node, jid: client.jid });
    },
    close: async () => {
      client.disconnect();
    },
  };
}
