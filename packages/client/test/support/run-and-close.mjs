// Connects, closes, and must then end by itself: nothing may keep the process alive.
import { FinesseClient } from '@finesse-ha/client';

const [url, user, password] = process.argv.slice(2);
const client = new FinesseClient({ nodes: [url], user, password });
await client.connect();
await client.close();
const { length: handles } = process.getActiveResourcesInfo().filter((name) => !/^(TTY|Pipe)Wrap$/.test(name));
console.log(JSON.stringify({ status: client.availability.status, handles }));
