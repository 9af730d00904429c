/** Shows the customer's record when a call rings: by the customer number in callVariable1, else by the caller's number. */
import { readFileSync } from 'node:fs';
import { AgentClient } from '@finesse-ha/client';
import { settings } from '../settings.mjs';

/** @type {{ id: string, name: string, numbers: string[], note: string }[]} */
const customers = JSON.parse(
  readFileSync(process.env.CUSTOMERS ?? new URL('customers.json', import.meta.url), 'utf8'),
);
const client = new AgentClient(settings());
/** Calls that have been shown: a call that goes on ringing through a failover is shown once. */
const shown = new Set();

/** The digits that tell a subscriber: country codes and blanks are written in many ways. */
function lastDigits(number) {
  return number.replace(/\D/g, '').slice(-10);
}

/** @param {import('@finesse-ha/protocol').Dialog} dialog */
function pop({ id, fromAddress = '', mediaProperties }) {
  const variables = new Map(mediaProperties?.callVariables.map(({ name, value }) => [name, value]));
  const known = variables.get('callVariable1');
  const customer =
    customers.find((one) => one.id === known) ??
    customers.find(({ numbers }) => numbers.some((number) => lastDigits(number) === lastDigits(fromAddress)));
  const record = customer ? `${customer.name} (${customer.id}): ${customer.note}` : 'not a customer yet';
  console.log(`call ${id} from ${fromAddress}: ${record}`);
}

function look() {
  const ringing = client.dialogs.filter(({ state }) => state === 'ALERTING');
  for (const dialog of ringing) {
    if (shown.has(dialog.id)) continue;
    shown.add(dialog.id);
    pop(dialog);
  }
  // Those that are over need not be remembered.
  const present = new Set(client.dialogs.map(({ id }) => id));
  for (const id of shown) if (!present.has(id)) shown.delete(id);
}

// Whatever a failover hid comes as an update as well, so this is all there is to listen to.
client.on('update', ({ kind }) => (kind === 'dialogs' || kind === 'dialog') && look());
client.on('availability', ({ announcement: { kind, node, why } }) => {
  if (kind === 'failing' || kind === 'recovered') console.log(`${kind}: ${node}: ${why}`);
});
process.once('SIGINT', () => client.close());

await client.connect();
await client.signIn();
look();
console.log(`waiting for calls as ${client.user?.loginId}`);
