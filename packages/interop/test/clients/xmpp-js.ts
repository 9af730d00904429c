import { client, xml } from '@xmpp/client';
import type { Element } from 'ltx';
import { WebSocket } from 'ws';
import { type Account, Heard, type Visitor } from './visitor.ts';

// Node 20 has no WebSocket of its own for it to find.
Object.assign(globalThis, { WebSocket });

const pubsub = 'http://jabber.org/protocol/pubsub';

/** @xmpp/client by the service URL given: `xmpp://` or `ws://`. */
export async function xmppJs(account: Account, service: string): Promise<Visitor> {
  const { user, password, domain } = account;
  const xmpp = client({ service, domain, username: user, password, resource: 'xmpp-js' });
  xmpp.on('error', () => undefined);
  const heard = new Heard();
  let available: () => void;
  const finesseAvailable = new Promise<void>((resolve) => {
    available = resolve;
  });
  xmpp.on('stanza', (stanza: Element) => {
    const from: string = stanza.attrs.from ?? '';
    if (stanza.is('presence') && stanza.attrs.type === undefined && from.startsWith('finesse@')) available();
    const item = stanza.getChild('event')?.getChild('items')?.getChild('item');
    if (item) heard.add(item.getChildText('notification') ?? item.toString());
  });
  await xmpp.start();
  await xmpp.send(xml('presence'));
  return {
    finesseAvailable,
    hears: (text) => heard.wait(text),
    subscribe: async (node) => {
      const jid = String(xmpp.jid);
      const subscribe = xml('pubsub', { xmlns: pubsub }, xml('subscribe', { node, jid }));
      await xmpp.iqCaller.request(xml('iq', { type: 'set', to: `pubsub.${domain}` }, subscribe));
    },
    close: async () => {
      xmpp.reconnect.stop();
      await xmpp.stop();
    },
  };
}
