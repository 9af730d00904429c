/**
 * ejabberd's external authentication (ejabberd developer guide, "External Authentication"): ejabberd starts this program,
 * `node ejabberd-extauth.js OPTIONS.json`, and asks by packets on standard input, each of two bytes of length and a text
 * such as `auth:user:server:password`; the answer is `0x0002` and 1 or 0 in two bytes. The agent's password is good when
 * the node's REST API takes it.
 */
import { readFileSync } from 'node:fs';
import { get as httpGet } from 'node:http';
import { get as httpsGet } from 'node:https';
import { finesseUser } from '@finesse-ha/protocol';
import { z } from 'zod';

const optionsSchema = z.object({
  restUrl: z.url(),
  restCaFile: z.string().optional(),
  finessePassword: z.string().min(1),
  users: z.array(z.string()),
});

const { restUrl, restCaFile, finessePassword, users } = optionsSchema.parse(
  JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')),
);
const agents = new Set(users.map((id) => id.toLowerCase()));
const ca = restCaFile === undefined ? undefined : readFileSync(restCaFile, 'utf8');

const askAgainMs = 500;
/** ejabberd itself waits ten seconds for an answer. */
const giveUpMs = 9_000;

function ask(user: string, password: string): Promise<number | null> {
  const url = new URL(`/finesse/api/User/${encodeURIComponent(user)}`, restUrl);
  const get = url.protocol === 'https:' ? httpsGet : httpGet;
  return new Promise((resolve) => {
    const request = get(url, {
      auth: `${user}:${password}`,
      timeout: 3_000,
      ...(ca === undefined ? {} : { ca }),
    });
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode ?? null);
    });
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(null));
    request.on('close', () => resolve(null));
  });
}

/** A node that does not answer has not said that the password is wrong: it is asked again while ejabberd waits. */
async function accepts(user: string, password: string): Promise<boolean> {
  if (user === finesseUser) return password === finessePassword;
  if (!agents.has(user)) return false;
  const until = performance.now() + giveUpMs;
  do {
    const status = await ask(user, password);
    if (status === 200) return true;
    if (status === 401 || status === 403 || status === 404) return false;
    await new Promise((resolve) => setTimeout(resolve, askAgainMs));
  } while (performance.now() < until);
  return false;
}

async function answer(question: string): Promise<boolean> {
  const [operation, user = '', , ...password] = question.split(':');
  if (operation === 'auth') return accepts(user, password.join(':'));
  if (operation === 'isuser') return user === finesseUser || agents.has(user);
  // Passwords and users are the node's: nothing is changed here.
  return false;
}

let buffered = Buffer.alloc(0);
for await (const chunk of process.stdin) {
  buffered = Buffer.concat([buffered, chunk as Buffer]);
  while (buffered.length >= 2 && buffered.length >= 2 + buffered.readUInt16BE(0)) {
    const end = 2 + buffered.readUInt16BE(0);
    const question = buffered.toString('utf8', 2, end);
    buffered = buffered.subarray(end);
    const packet = Buffer.from([0, 2, 0, (await answer(question)) ? 1 : 0]);
    process.stdout.write(packet);
  }
}
