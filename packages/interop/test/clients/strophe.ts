import { DOMParser } from '@xmldom/xmldom';
import { $iq, $pres, Strophe } from 'strophe.js';
import { WebSocket } from 'ws';
import { type Account, Heard, type Visitor } from './visitor.ts';

Object.assign(globalThis, { WebSocket, DOMParser });

const pubsub = 'http://jabber.org/protocol/pubsub';

/** strophe.js over WebSocket, at the service URL given. */
export async function strophe(account: Account, service: string): Promise<Visitor> {
  const { user, password, domain } = account;
  const connection = new Strophe.Connection(service, { protocol: 'ws' });
  const heard = new Heard();
  const finesseAvailable = new Promise<void>((resolve) => {
    connection.addHandler(
      (presence: Element) => {
        const from = presence.getAttribute('from') ?? '';
        if (from.startsWith('finesse@') && !presence.getAttribute('type')) resolve();
        return true;
      },
      '',
      'presence',
    );
  });
  connection.addHandler(
    (message: Element) => {
      heard.add(message.textContent ?? '');
      return true;
    },
    '',
    'message',
  );
  await new Promise<void>((resolve, reject) => {
    connection.connect(`${user}@${domain}/strophe`, password, (status: number) => {
      if (status === Strophe.Status.CONNECTED) resolve();
      else if (status === Strophe.Status.AUTHFAIL || status === Strophe.Status.CONNFAIL) {
        reject(new Error(`strophe.js: status ${status}`));
      }
    });
  });
  connection.send($pres());
  return {
    finesseAvailable,
    hears: (text) => heard.wait(text),
    subscribe: (node) =>
      new Promise((resolve, reject) => {
        const iq = $iq({ type: 'set', to: `pubsub.${domain}` })
          .c('pubsub', { xmlns: pubsub })
          .c('subscribe', { node, jid: connection.jid });
        connection.sendIQ(
          iq,
          () => resolve(),
          (error: Element | null) => reject(new Error(`refused: ${error?.outerHTML ?? 'no answer'}`)),
        );
      }),
    close: async () => connection.disconnect('done'),
  };
}
