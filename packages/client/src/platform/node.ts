import { BoshConnection } from './bosh.js';
import { NodeHttp } from './node-http.js';
import { NodeSocket } from './node-socket.js';
import { NodeWebSocket } from './node-websocket.js';
import { ReadFirstTimer } from './read-first-timer.js';
import type { Platform, TimerHandle } from './types.js';

/** The real world as Node offers it. Each call makes a platform with a connection pool of its own. */
export function createPlatform(): Platform {
  const http = new NodeHttp();
  const platform: Platform = {
    now: () => performance.now(),
    wallNow: () => Date.now(),
    random: () => Math.random(),
    setTimer: (delayMs, fire): TimerHandle => ({ timer: new ReadFirstTimer(delayMs, fire) }),
    clearTimer: (handle) => (handle.timer as ReadFirstTimer).clear(),
    request: (request) => http.request(request),
    connect: (target, handlers) => {
      if (target.kind === 'websocket') return new NodeWebSocket(target, handlers);
      if (target.kind === 'bosh') return new BoshConnection(platform, target, handlers);
      return new NodeSocket(target, handlers);
    },
    transports: ['websocket', 'tcp', 'bosh'],
    // Node is not told when the network comes and goes.
    watchNetwork: () => () => undefined,
    close: () => http.close(),
  };
  return platform;
}
