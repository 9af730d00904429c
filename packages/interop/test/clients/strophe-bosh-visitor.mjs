/**
 * strophe.js, unmodified, over BOSH; what goes in and out is said in `process-visitor.ts`. It lives on a browser's
 * XMLHttpRequest, which Node has not.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { $iq, $pres, Strophe } from 'strophe.js';
import xhr from 'xmlhttprequest-ssl';

const { user, password, domain, service, caFile } = JSON.parse(process.argv[2]);
const pubsub = 'http://jabber.org/protocol/pubsub';
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);

const ca = readFileSync(caFile);
const xmlParser = (text) => new DOMParser().parseFromString(text, 'text/xml');
globalThis.XMLHttpRequest = class extends xhr.XMLHttpRequest {
  constructor() {
    super({ ca, xmlParser });
  }
};

// What it has to say for developers would go to standard output.
Strophe.setLogLevel(Strophe.LogLevel.FATAL);
const connection = new Strophe.Connection(service);
connection.addHandler(
  (presence) => {
    const from = presence.getAttribute('from') ?? '';
    if (from.startsWith('finesse@') && !presence.getAttribute('type')) tell({ event: 'finesse' });
    return true;
  },
  '',
  'presence',
);
connection.addHandler(
  (message) => {
    tell({ event: 'item', text: message.textContent ?? '' });
    return true;
  },
  '',
  'message',
);

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const node = line.split(' ')[1];
    const iq = $iq({ type: 'set', to: `pubsub.${domain}` })
      .c('pubsub', { xmlns: pubsub })
      .c('subscribe', { node, jid: connection.jid });
    connection.sendIQ(
      iq,
      () => tell({ event: 'subscribed', node }),
      () => tell({ event: 'error', node }),
    );
  })
  .on('close', () => connection.disconnect('done'));

const { CONNECTED, AUTHFAIL, CONNFAIL, DISCONNECTED } = Strophe.Status;
connection.connect(`${user}@${domain}/strophe`, password, (status) => {
  if (status === CONNECTED) {
    connection.send($pres());
    tell({ event: 'online' });
  } else if (status === AUTHFAIL || status === CONNFAIL) tell({ event: 'refused' });
  else if (status === DISCONNECTED) process.exit(0);
});
