/** How long things take in the world of the cases; `spec/README.md` states the same numbers. */
export const latency = {
  /** A message from one end to the other. A question and its answer take twice that. */
  oneWayMs: 10,
  /** From the first byte of an XMPP connection to its being bound. */
  loginMs: 100,
  /** Restoring subscriptions and fetching user and dialogs. */
  resyncMs: 60,
  /** Until a part of a node notices that another one is gone whose sockets closed, or is back. */
  noticeMs: 50,
  /** Until a process that is started again, or a link that is mended, is ready. */
  startMs: 1_000,
  /** Until a node calls a CTI server lost that fell silent: three heartbeats of 5 s. */
  ctiSilenceMs: 15_000,
  /** Until the first missed heartbeat shows as `lastCTIHeartbeatStatus` failure. */
  ctiHeartbeatMs: 5_000,
  /** Until the notification service and the web app call each other lost that fell silent. */
  innerSilenceMs: 10_000,
  /** Until the notification service drops a session that it hears nothing from. */
  sessionSilenceMs: 30_000,
} as const;
