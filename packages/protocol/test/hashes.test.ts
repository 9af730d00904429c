import { expect, test } from 'vitest';
import * as node from '../src/xmpp/hashes-node.js';
import * as web from '../src/xmpp/hashes-web.js';

const bytes = (text: string) => new TextEncoder().encode(text);

test.each(['SHA-1', 'SHA-256'] as const)('%s: browsers and Node work out the same', async (hash) => {
  const [key, data, salt] = [bytes('Salted Password'), bytes('Client Key'), bytes('salt')];
  expect(await node.hmac(hash, key, data)).toEqual(await web.hmac(hash, key, data));
  expect(await node.digest(hash, data)).toEqual(await web.digest(hash, data));
  expect(await node.pbkdf2(hash, key, salt, 17)).toEqual(await web.pbkdf2(hash, key, salt, 17));
});
