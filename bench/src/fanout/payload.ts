import { NS, parseXml, pubSubDomain } from '@finesse-ha/protocol';

/** An Update of an agent's state, in the size that Finesse's have: 1,400 characters of item. */
function notification(): string {
  const user =
    '<user><dialogs>/finesse/api/User/1001/Dialogs</dialogs><extension>2001</extension><firstName>Agent</firstName>' +
    '<lastName>1001</lastName><loginId>1001</loginId><pendingState></pendingState><state>READY</state>' +
    '<stateChangeTime>2026-11-24T00:00:00.000Z</stateChangeTime><uri>/finesse/api/User/1001</uri></user>';
  const update = `<Update><data>${user}</data><event>PUT</event><source>/finesse/api/User/1001</source></Update>`;
  const text = update.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<notification xmlns="http://jabber.org/protocol/pubsub">${text}${' '.repeat(Math.max(0, 1_340 - text.length))}</notification>`;
}

const item = notification();
parseXml(item, { maxBytes: 10_000, maxDepth: 4 });

/** A publish to a node (XEP-0060 7.1). */
export function publishText(domain: string, node: string, id: number): string {
  return `<iq type='set' id='m${id}' to='${pubSubDomain(domain)}'><pubsub xmlns='${NS.pubsub}'><publish node='${node}'><item>${item}</item></publish></pubsub></iq>`;
}

/** What a subscriber receives of it: what the bare server writes. */
export const messageText = `<message to="1001@bench.test/0123456789abcdef" from="pubsub.bench.test" id="m1"><event xmlns="${NS.pubsubEvent}"><items node="/finesse/api/User/1001"><item id="mdj7x0a1-1">${item}</item></items></event></message>`;

/** The bare server's command: `o` and a subscriber's index, or `a` for all, as long as a publish is. */
export const commandBytes = 1_600;
export function commandText(subscriber: number | 'all'): string {
  return (subscriber === 'all' ? 'a' : `o${subscriber}`).padEnd(commandBytes);
}
