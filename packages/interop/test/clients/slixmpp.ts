import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type Account, Heard, type Visitor } from './visitor.ts';

const program = fileURLToPath(new URL('slixmpp_visitor.py', import.meta.url));

/** slixmpp in a Python of its own. */
export async function slixmpp(account: Account): Promise<Visitor & { tls: boolean }> {
  const child = spawn('/usr/bin/python3', [program, JSON.stringify(account)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const events = new Heard();
  const items = new Heard();
  let tls = false;
  const refused = new Promise<never>((_resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const event = JSON.parse(line);
      if (event.event === 'refused') reject(new Error('slixmpp: login refused'));
      if (event.event === 'online') tls = event.tls;
      if (event.event === 'item') items.add(event.text);
      else events.add(line);
    });
    child.once('exit', (code) => reject(new Error(`slixmpp ended with ${code}`)));
  });
  refused.catch(() => undefined);
  await Promise.race([events.wait('"online"'), refused]);
  return {
    tls,
    finesseAvailable: events.wait('"finesse"'),
    hears: (text) => items.wait(text),
    subscribe: async (node) => {
      child.stdin.write(`subscribe ${node}\n`);
      const refusal = events.wait(`"error", "node": "${node}"`).then(() => {
        throw new Error(`slixmpp: may not subscribe to ${node}`);
      });
      await Promise.race([events.wait(`"subscribed", "node": "${node}"`), refusal, refused]);
    },
    close: async () => {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.stdin.end();
      await ended;
    },
  };
}
