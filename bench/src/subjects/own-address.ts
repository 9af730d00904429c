/**
 * An address of its own for a load process. Ten thousand desktops are ten thousand addresses; from one, Linux has 28,232 ports
 * for each server, and when half of them are taken or waiting (TIME_WAIT) it looks for each next one through most of the
 * others: a connect that takes 35 us then takes 260 to 770 (measured), and the load stands still for that and not for what
 * is measured.
 */
import { Socket, type SocketConnectOpts } from 'node:net';

/** Every connection of this process comes from `address`, which must be one of this machine's. */
export function speakFrom(address: string): void {
  const connect = Socket.prototype.connect as (this: Socket, ...args: unknown[]) => Socket;
  Socket.prototype.connect = function (this: Socket, ...args: unknown[]) {
    // What net.connect hands over is its arguments, put in order: [options, callback].
    const [first] = args;
    const options = (Array.isArray(first) ? first[0] : first) as SocketConnectOpts;
    if (typeof options === 'object' && 'port' in options) options.localAddress ??= address;
    return connect.apply(this, args);
  } as typeof Socket.prototype.connect;
}

/** Of 64,000; not from the first on, because a bench that just ended had those. */
let given = Math.floor(Math.random() * 64_000);

/**
 * An address that no load process had before: what the last run left waiting would take its ports (of 2,000 agents in service after
 * 6 s, the third run in a row took 10). Null where loopback has one address only.
 */
export function nextLoadAddress(): string | null {
  if (process.platform !== 'linux') return null;
  const number = given++;
  return `127.1.${Math.floor(number / 250) % 256}.${1 + (number % 250)}`;
}
