import type { Element } from '@finesse-ha/protocol';

/**
 * The requestId in the Update that a pubsub item carries (dev guide 12.5, "Notification payload"): the client's own, or
 * empty where the Update is the outcome of nobody's request. For logs only, so nothing is parsed.
 */
export function requestIdIn(payload: Element): string {
  // The Update stands in the item as text, or as elements where a server was told to show it so.
  const found = /<requestId>([^<]{1,256})<\/requestId>/.exec(payload.text() || payload.toString());
  return found?.[1] ?? '';
}
