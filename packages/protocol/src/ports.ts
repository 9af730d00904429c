/** The ports of a Finesse node (dev guide 12.5 p.8, "connect to XMPP over TCP", FAQ on 12.6). */
export const FINESSE_PORTS = {
  /** REST, and WebSocket `/ws` since 12.6(1). */
  rest: 8445,
  /** WebSocket `/ws` of 12.0 to 12.5. */
  webSocket: 7443,
  /** BOSH `/http-bind`, deprecated since 12.6(1). */
  bosh: 7443,
  /** BOSH and WebSocket without TLS, off by default since 12.5(1). */
  boshInsecure: 7071,
  /** XMPP over TCP with STARTTLS or none, off by default since 12.5(1). */
  xmpp: 5222,
  /** XMPP over direct TLS. */
  xmppTls: 5223,
} as const;
