/** A supervisor's team on a terminal: who is in which state for how long, and how the pair is. Ctrl-C ends it. */
import { AgentClient } from '@finesse-ha/client';
import { settings } from '../settings.mjs';

const client = new AgentClient(settings());
const { isTTY } = process.stdout;
let shown = '';

/** 75 s as 1:15. */
function length(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** What stands on the board, with the times or without: they alone are no news. */
function board(now) {
  const { status, node, failure, nodes, why } = client.availability;
  const pair = nodes.map(
    ({ node: url, systemInfo, xmpp, presence }) =>
      `  ${url}  SystemInfo ${systemInfo}, XMPP ${xmpp}, finesse ${presence}`,
  );
  const people = (client.team?.users ?? []).map(
    ({ firstName, lastName, loginId, state, stateChangeTime }) => {
      const since = stateChangeTime ? `  ${length(now - Date.parse(stateChangeTime))}` : '';
      return `  ${`${firstName} ${lastName}`.padEnd(20)} ${loginId.padEnd(10)} ${state}${now === 0 ? '' : since}`;
    },
  );
  const service = failure === null ? `${status} on ${node}` : `${status}: ${failure.service} (${why})`;
  return [`Team ${client.team?.name ?? '...'}`, ...people, '', service, ...pair, ''].join('\n');
}

function show() {
  const news = board(0);
  // A terminal is drawn again each second; a file or a pipe gets the board when it has changed.
  if (isTTY) process.stdout.write(`\x1b[2J\x1b[H${board(Date.now())}`);
  else if (news !== shown) process.stdout.write(`${board(Date.now())}\n`);
  shown = news;
}

// Through a failure the team stays on the board as it was last seen; what changed meanwhile is fetched by the client.
client.on('availability', show);
client.onBoards(show);
const ticker = setInterval(() => isTTY && show(), 1_000);
process.once('SIGINT', async () => {
  clearInterval(ticker);
  await client.close();
});

await client.connect();
const [team] = client.user?.teams ?? [];
if (team === undefined) {
  console.error(`${client.user?.loginId} supervises no team`);
  process.exit(1);
}
await client.watchTeam(team.id);
