import { DOMParser } from '@xmldom/xmldom';
import { $pres, Strophe } from 'strophe.js';
import { WebSocket } from 'ws';
import { type NodeAddress, otherOf, type Subject } from './subject.js';

Object.assign(globalThis, { WebSocket });

/** A round number, as in most loops of this kind. */
const reconnectAfterMs = 5_000;
/** Attempts at a node before the other one. */
const attemptsPerNode = 3;

/**
 * As its documentation has it: connect anew when DISCONNECTED, after a fixed time. The escaped Update is parsed by the
 * DOM parser that the library uses in Node.
 */
export const subject: Subject = {
  open({ user, password, nodes }, observer) {
    const parser = new DOMParser();
    const onMessage = (message: Element) => {
      for (const notification of [...message.getElementsByTagName('notification')]) {
        const update = parser.parseFromString(notification.textContent ?? '', 'text/xml');
        const state = update.getElementsByTagName('state')[0]?.textContent;
        const changeTime = () => update.getElementsByTagName('stateChangeTime')[0]?.textContent;
        if (state) observer.onState(state, changeTime);
      }
      return true;
    };
    return new Promise((resolve) => {
      const run = (node: NodeAddress) => {
        let attempts = 0;
        let retrying = false;
        const connection = new Strophe.Connection(node.webSocketUrl, { protocol: 'ws' });
        const connect = () => {
          retrying = false;
          observer.onAttempt(node.name);
          connection.connect(`${user}@${node.domain}/strophe`, password, onStatus);
        };
        const onStatus = (status: number) => {
          if (status === Strophe.Status.CONNECTED) {
            attempts = 0;
            connection.addHandler(onMessage, '', 'message');
            connection.send($pres());
            observer.onInService(node.name);
            resolve();
          } else if (status === Strophe.Status.DISCONNECTED && !retrying) {
            // It may be told twice of one connection; a loop that began two attempts would fight against itself.
            retrying = true;
            attempts += 1;
            observer.onFailing();
            if (attempts < attemptsPerNode) setTimeout(connect, reconnectAfterMs);
            else setTimeout(() => run(otherOf(nodes, node)), reconnectAfterMs);
          }
        };
        connect();
      };
      run(nodes[0]);
    });
  },
};
