/** A client as many integrations have it: strophe.js, two nodes by turns, an interval that pings. It does not fail over. */
import { DOMParser } from '@xmldom/xmldom';
import { $iq, $pres, Strophe } from 'strophe.js';
import { WebSocket } from 'ws';

Object.assign(globalThis, { WebSocket, DOMParser });
const env = process.env;
const nodes = ['PRIMARY', 'SECONDARY'].map((name) => ({
  url: env[`FINESSE_${name}_WS_URL`] ?? '',
  domain: env[`FINESSE_${name}_DOMAIN`] ?? '',
}));
let turn = 0;

function connect() {
  const { url, domain } = nodes[turn++ % 2];
  const connection = new Strophe.Connection(url, { protocol: 'ws' });
  connection.connect(`${env.FINESSE_USER}@${domain}/strophe`, env.FINESSE_PASSWORD, (status) => {
    if (status === Strophe.Status.CONNECTED) {
      connection.send($pres());
      const subscription = { node: `/finesse/api/Team/${env.FINESSE_TEAM_ID}/Users`, jid: connection.jid };
      const subscribe = $iq({ type: 'set', to: `pubsub.${domain}` })
        .c('pubsub', { xmlns: 'http://jabber.org/protocol/pubsub' })
        .c('subscribe', subscription);
      connection.sendIQ(subscribe);
      setInterval(
        () => connection.sendIQ($iq({ type: 'get', to: domain }).c('ping', { xmlns: 'urn:xmpp:ping' })),
        10_000,
      );
    } else if (status === Strophe.Status.DISCONNECTED || status === Strophe.Status.CONNFAIL) {
      setTimeout(connect, 1_000);
    }
  });
}

process.once('SIGTERM', () => process.exit());
connect();
