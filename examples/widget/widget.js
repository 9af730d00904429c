/** The agent's state and the state of the connection, in any page. Where the nodes are is said in the page's address. */
import { FinesseClient } from '@finesse-ha/client';

const query = new URLSearchParams(location.search);
const nodes = query.getAll('node');
const port = query.get('ws-port');
/** @param {string} id @returns {HTMLElement} */
const element = (id) => {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
};
const problem = element('problem');
const buttons = [...element('actions').querySelectorAll('button')];

/** What the agent reads while something fails. The client says much more: `availability` has it all. */
const words = {
  connecting: 'Connecting ...',
  failing: 'Trying to reach a server. Your calls go on.',
  ended: 'Signed out of the service.',
};

/** @param {FinesseClient} client */
function show(client) {
  const { status, node, ended } = client.availability;
  const state = client.user?.state ?? '';
  element('state').textContent = state.replace('_', ' ');
  const service = element('service');
  service.dataset.status = status;
  service.dataset.node = node;
  service.textContent =
    status === 'in-service'
      ? `Connected to ${new URL(node).host}`
      : `${words[status] ?? ''} ${ended?.detail ?? ''}`;
  // What a server would refuse is not offered; nothing else on the page changes while a failure lasts.
  for (const button of buttons) button.disabled = status !== 'in-service' || button.value === state;
}

/** @param {SubmitEvent} event */
async function signIn(event) {
  event.preventDefault();
  const form = /** @type {HTMLFormElement} */ (event.target);
  const { user, password, extension } = Object.fromEntries(new FormData(form));
  problem.textContent = '';
  const client = new FinesseClient({
    nodes,
    user: String(user),
    password: String(password),
    extension: String(extension),
    ...(port && { notification: { webSocket: { port: Number(port) } } }),
  });
  for (const kind of /** @type {const} */ (['availability', 'update'])) client.on(kind, () => show(client));
  try {
    await client.connect();
    await client.signIn();
  } catch (error) {
    problem.textContent = error instanceof Error ? error.message : String(error);
    await client.close();
    return;
  }
  form.hidden = true;
  element('agent').hidden = false;
  for (const button of buttons) {
    button.addEventListener('click', async () => {
      problem.textContent = '';
      try {
        await client.setState(button.value === 'READY' ? 'READY' : 'NOT_READY');
      } catch (error) {
        // A failure that comes between ends it with an outcome: what the servers made of it is on the screen already.
        problem.textContent = error instanceof Error ? error.message : String(error);
      }
    });
  }
  addEventListener('pagehide', () => void client.close());
}

element('sign-in').addEventListener('submit', signIn);
