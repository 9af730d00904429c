import { type Element, NS, xml } from '@finesse-ha/protocol';

/** A stanza error for an IQ (RFC 6120 8.3). `pubsub` is the condition of XEP-0060 that goes with it, `more` that one's attributes. */
export function iqError(
  iq: Element,
  type: 'auth' | 'cancel' | 'modify' | 'wait',
  condition: string,
  pubsub?: string,
  more: Record<string, string | undefined> = {},
): Element {
  const detail = pubsub === undefined ? undefined : xml(pubsub, { xmlns: NS.pubsubErrors, ...more });
  const error = xml('error', { type }, xml(condition, { xmlns: NS.stanzas }), detail);
  return xml(iq.name, { type: 'error', id: iq.attrs.id, from: iq.attrs.to }, error);
}

export function iqResult(iq: Element, payload?: Element): Element {
  return xml('iq', { type: 'result', id: iq.attrs.id, from: iq.attrs.to }, payload);
}
