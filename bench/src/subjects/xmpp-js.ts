import { client, xml } from '@xmpp/client';
import { type Element, parse } from 'ltx';
import { WebSocket } from 'ws';
import { type NodeAddress, type Observer, otherOf, type Subject } from './subject.js';

// Node 20 has no WebSocket of its own for it to find.
Object.assign(globalThis, { WebSocket });

/** The library retries one address for ever; so many attempts in vain, and an application gives the other node a try. */
const attemptsPerNode = 3;

/**
 * As its README has it and as applications go on from there: its own reconnection, presence with every `online`, and the
 * other node after a few attempts. The escaped Update is parsed by ltx, which the library brings along.
 */
export const subject: Subject = {
  open({ user, password, nodes }, observer) {
    return new Promise((resolve) => {
      const run = (node: NodeAddress) => {
        let attempts = 0;
        const xmpp = client({
          service: node.webSocketUrl,
          domain: node.domain,
          username: user,
          password,
          resource: 'xmpp-js',
        });
        // It tells errors of its own attempts here; what matters comes as `disconnect`.
        xmpp.on('error', () => undefined);
        xmpp.on('connecting', () => observer.onAttempt(node.name));
        xmpp.on('disconnect', () => {
          attempts += 1;
          observer.onFailing();
          if (attempts < attemptsPerNode) return;
          xmpp.reconnect.stop();
          run(otherOf(nodes, node));
        });
        xmpp.on('online', () => {
          attempts = 0;
          void xmpp.send(xml('presence')).then(() => {
            observer.onInService(node.name);
            resolve();
          });
        });
        xmpp.on('stanza', (stanza) => onStanza(stanza, observer.onState));
        xmpp.start().catch(() => undefined);
      };
      run(nodes[0]);
    });
  },
};

function onStanza(stanza: Element, onState: Observer['onState']): void {
  const items = stanza.getChild('event')?.getChild('items');
  for (const item of items?.getChildren('item') ?? []) {
    const text = item.getChildText('notification');
    const user = text ? parse(text).getChild('data')?.getChild('user') : undefined;
    const state = user?.getChildText('state');
    if (state) onState(state, () => user?.getChildText('stateChangeTime'));
  }
}
