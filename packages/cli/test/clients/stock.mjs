/** @xmpp/client as its README shows it: it reconnects by itself, presence is sent when it is online, subscriptions once. */
import { client, xml } from '@xmpp/client';
import { WebSocket } from 'ws';

const env = process.env;
// Node 20 has no WebSocket of its own for it to find.
globalThis.WebSocket = WebSocket;
const domain = env.FINESSE_PRIMARY_DOMAIN;
const xmpp = client({
  service: env.FINESSE_PRIMARY_WS_URL,
  domain,
  username: env.FINESSE_USER,
  password: env.FINESSE_PASSWORD,
  resource: 'stock',
});
xmpp.on('error', () => undefined);
xmpp.on('online', () => xmpp.send(xml('presence')));
process.once('SIGTERM', () => process.exit());
await xmpp.start();
const node = `/finesse/api/Team/${env.FINESSE_TEAM_ID}/Users`;
const pubsub = xml(
  'pubsub',
  { xmlns: 'http://jabber.org/protocol/pubsub' },
  xml('subscribe', { node, jid: String(xmpp.jid) }),
);
await xmpp.iqCaller.request(xml('iq', { type: 'set', to: `pubsub.${domain}` }, pubsub));
