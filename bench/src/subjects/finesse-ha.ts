import { FinesseClient } from '@finesse-ha/client';
import type { Subject } from './subject.js';

/** Kept so that what is measured as memory is what a living application holds. */
const clients: FinesseClient[] = [];

export const subject: Subject = {
  async open({ user, password, extension, nodes, settings }, observer) {
    const client = new FinesseClient({
      nodes: nodes.map(({ restUrl }) => restUrl),
      user,
      password,
      extension,
      failover: settings,
      notification: {
        nodes: Object.fromEntries(
          nodes.map(({ restUrl, webSocketPort }) => [restUrl, { webSocket: { port: webSocketPort } }]),
        ),
      },
    });
    clients.push(client);
    const nameOf = (url: string) => nodes.find(({ restUrl }) => restUrl === url)?.name ?? 'primary';
    const opening = new Set<string>();
    client.on('availability', ({ announcement: { kind, node, nodes: views } }) => {
      if (kind === 'failing') observer.onFailing();
      else if (kind === 'in-service' || kind === 'recovered') observer.onInService(nameOf(node));
      for (const view of views) {
        if (view.xmpp !== 'opening') opening.delete(view.node);
        else if (!opening.has(view.node)) {
          opening.add(view.node);
          observer.onAttempt(nameOf(view.node));
        }
      }
    });
    client.on('update', (change) => {
      if (change.kind === 'user' && change.origin === 'notification') {
        const { state, stateChangeTime } = change.current;
        observer.onState(state, () => stateChangeTime);
      }
    });
    await client.connect();
  },
};
