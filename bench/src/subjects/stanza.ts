import { parse } from 'ltx';
import { createClient } from 'stanza';
import * as jxt from 'stanza/jxt/index.js';
import { type NodeAddress, otherOf, type Subject } from './subject.js';

const pubsub = 'http://jabber.org/protocol/pubsub';
/** Attempts at a node before the other one. */
const attemptsPerNode = 3;

/**
 * As its README has it: events by name, its own reconnection switched on. A payload that it does not know is dropped
 * unless it is told of it (JXT), so it is told of Finesse's.
 */
export const subject: Subject = {
  open({ user, password, nodes }, observer) {
    return new Promise((resolve) => {
      const run = (node: NodeAddress) => {
        let attempts = 0;
        const client = createClient({
          jid: `${user}@${node.domain}`,
          resource: 'stanza',
          credentials: { username: user, password },
          transports: { websocket: node.webSocketUrl, bosh: false },
          autoReconnect: true,
        });
        client.stanzas.define({
          aliases: jxt.pubsubItemContentAliases(),
          element: 'notification',
          namespace: pubsub,
          type: pubsub,
          typeField: 'itemType',
          fields: { text: jxt.text() },
        });
        let left = false;
        client.on('--transport-disconnected', () => {
          // Disconnecting what is disconnected tells so once more.
          if (left) return;
          attempts += 1;
          observer.onFailing();
          if (attempts < attemptsPerNode) return;
          left = true;
          client.config.autoReconnect = false;
          client.disconnect();
          run(otherOf(nodes, node));
        });
        client.on('session:started', () => {
          attempts = 0;
          client.sendPresence();
          observer.onInService(node.name);
          resolve();
        });
        client.on('pubsub:published', ({ pubsub: { items } }) => {
          for (const { content } of items.published ?? []) {
            const text = (content as { text?: string } | undefined)?.text;
            const user = text ? parse(text).getChild('data')?.getChild('user') : undefined;
            const state = user?.getChildText('state');
            if (state) observer.onState(state, () => user?.getChildText('stateChangeTime'));
          }
        });
        observer.onAttempt(node.name);
        client.connect();
      };
      run(nodes[0]);
    });
  },
};
