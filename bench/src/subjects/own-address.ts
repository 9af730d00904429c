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

/** The address of the load process of this number, from 0 on; null where loopback has one address only. */
export function loadAddress(number: number): string | null {
  return process.platform === 'linux' ? `127.1.0.${1 + (number % 250)}` : null;
}
