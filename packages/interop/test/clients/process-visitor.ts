import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Account, Heard, type Visitor } from './visitor.ts';

/**
 * A client in a process of its own: a program beside this file that is given the account as JSON, tells what happens in JSON
 * lines, and takes `subscribe NODE` on standard input, whose end is its own.
 */
async function visitorProcess(command: string, program: string, account: object): Promise<Visitor> {
  const file = fileURLToPath(new URL(program, import.meta.url));
  const child = spawn(command, [file, JSON.stringify(account)], { stdio: ['pipe', 'pipe', 'inherit'] });
  const events = new Heard();
  const items = new Heard();
  const refused = new Promise<never>((_resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      if (event.event === 'refused') reject(new Error(`${program}: login refused`));
      if (event.event === 'item') items.add(event.text);
      else events.add(`${event.event} ${event.node ?? ''}`);
    });
    child.once('exit', (code) => reject(new Error(`${program} ended with ${code}`)));
  });
  refused.catch(() => undefined);
  await Promise.race([events.wait('online'), refused]);
  return {
    finesseAvailable: events.wait('finesse'),
    hears: (text) => items.wait(text),
    subscribe: async (node) => {
      child.stdin.write(`subscribe ${node}\n`);
      const refusal = events.wait(`error ${node}`).then(() => {
        throw new Error(`${program}: may not subscribe to ${node}`);
      });
      await Promise.race([events.wait(`subscribed ${node}`), refusal, refused]);
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
    },
  };
}

/** slixmpp, with Debian's Python. */
export function slixmpp(account: Account): Promise<Visitor> {
  return visitorProcess('/usr/bin/python3', 'slixmpp-visitor.py', account);
}

/** stanza over WebSocket or BOSH: a process of its own, since over BOSH it throws past anybody's reach when it disconnects. */
export function stanza(
  account: Account,
  transports: { websocket: string | false; bosh: string | false },
): Promise<Visitor> {
  return visitorProcess(process.execPath, 'stanza-visitor.mjs', { ...account, transports });
}

/** strophe.js over BOSH: a process of its own, since it takes a global XMLHttpRequest that no other client should find. */
export function stropheBosh(account: Account, service: string): Promise<Visitor> {
  return visitorProcess(process.execPath, 'strophe-bosh-visitor.mjs', { ...account, service });
}
