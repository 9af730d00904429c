/** A client as many integrations have it: @xmpp/client, which reconnects by itself to where it was. It does not fail over. */
import { client, xml } from '@xmpp/client';
import { WebSocket } from 'ws';

Object.assign(globalThis, { WebSocket });
const env = process.env;
const xmpp = client({
  service: env.FINESSE_PRIMARY_WS_URL,
  domain: env.FINESSE_PRIMARY_DOMAIN,
  username: env.FINESSE_USER,
  password: env.FINESSE_PASSWORD,
  resource: 'desk',
});
xmpp.on('error', (error) => console.error(error.message));
xmpp.on('online', () => xmpp.send(xml('presence')));

process.once('SIGTERM', () => process.exit());
await xmpp.start();
const node = `/finesse/api/Team/${env.FINESSE_TEAM_ID}/Users`;
const subscribe = xml('subscribe', { node, jid: String(xmpp.jid) });
const pubsub = xml('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' }, subscribe);
await xmpp.iqCaller.request(xml('iq', { type: 'set', to: `pubsub.${env.FINESSE_PRIMARY_DOMAIN}` }, pubsub));
