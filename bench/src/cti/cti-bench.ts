/** `npm run bench cti`: how fast GED-188 is read, and how soon a web app is whole again after its CTI side died. */
import { FinesseClient } from '@finesse-ha/client';
import { type CtiMessage, CtiSession, type SideName } from '@finesse-ha/cti';
import { type Lab, startLab } from '@finesse-ha/lab';
import { type Findings, median } from '../report/report.js';
import { AgentsDriver } from '../subjects/agents-driver.js';
import { decodingRates } from './decoding.js';

export interface CtiBenchOptions {
  agents: number;
  calls: number;
  /** Agents whose state changes on the other side while the web app is without one. */
  changes: number;
  rounds: number;
  onProgress(what: string): void;
}

/** Times from the moment the side was dead; the other one accepts all along. */
interface Recovery {
  /** A client is in service again, on whichever node. */
  inServiceMs: number;
  /** Every agent's last state was published. */
  publishedMs: number;
  /** Calls of agents that are as they were: same number, same start. */
  callsKept: number;
}

const targetMs = 2_000;
/** Numbers outside, who call the agents. */
const firstCaller = 79_000_000;

export async function ctiBench(options: CtiBenchOptions): Promise<Findings> {
  const { agents, calls, onProgress, rounds } = options;
  onProgress(`a lab with ${agents} agents`);
  const lab = await startLab({ agents: Math.max(agents, calls), forcedLogoutMs: 3_600_000 });
  const driver = new AgentsDriver(lab);
  const heard: CtiMessage[] = [];
  const sessions = { A: sessionOn(lab, 'A'), B: sessionOn(lab, 'B') };
  sessions.B.on('message', (message) => heard.push(message));
  try {
    await Promise.all(Object.values(sessions).map(opened));
    const ids = lab.deployment.agents.map(({ id }) => id).slice(0, agents);
    for (const [index, id] of ids.entries()) {
      if (index % 100 === 0) onProgress(`${index} of ${agents} agents signed in`);
      await driver.signIn(id);
    }
    onProgress(`${calls} calls`);
    await startCalls(lab, sessions.B, ids.slice(0, calls));
    const recoveries: Recovery[] = [];
    for (let round = 1; round <= rounds; round += 1) {
      onProgress(`round ${round} of ${rounds}`);
      // The web apps stay where they went: the next round is the other side's.
      const dying = round % 2 === 1 ? 'A' : 'B';
      const back = opened(sessions[dying]);
      recoveries.push(await recover(lab, dying, sessions[dying === 'A' ? 'B' : 'A'], ids, options));
      await back;
    }
    return findings(recoveries, decodingRates(heard), options);
  } finally {
    driver.close();
    await Promise.all(Object.values(sessions).map((session) => session.stop()));
    await lab.stop();
  }
}

function sessionOn(lab: Lab, side: SideName): CtiSession {
  const sides = lab.ctiSides.filter(({ name }) => name === side);
  const session = new CtiSession({ clientId: `bench-${side}`, sides, retryDelayMs: 100 });
  session.start();
  return session;
}

/** When the session is next open. */
function opened(session: CtiSession): Promise<unknown> {
  return new Promise((resolve) => session.once('open', resolve));
}

/** Each agent is called and answers. */
async function startCalls(lab: Lab, session: CtiSession, ids: readonly string[]): Promise<void> {
  for (const [index, id] of ids.entries()) {
    const { extension } = lab.credentials(id);
    const caller = String(firstCaller + index);
    const { callId } = await session.makeCall({ extension: caller, dialedNumber: extension });
    await session.answerCall({ callId, extension });
  }
}

async function recover(
  lab: Lab,
  dying: SideName,
  survivor: CtiSession,
  ids: readonly string[],
  { calls, changes }: CtiBenchOptions,
): Promise<Recovery> {
  const [watcher = '', inCall = ''] = [ids.at(-1), ids[0]];
  const client = new FinesseClient(lab.clientOptions(watcher));
  const caller = new FinesseClient(lab.clientOptions(inCall));
  const primary = lab.url('primary');
  const fault = dying === 'A' ? 'cti-side-a' : 'cti-side-b';
  try {
    await Promise.all([client.connect(), caller.connect()]);
    await client.subscribe('/finesse/api/Team/1/Users');
    const callBefore = JSON.stringify(caller.dialogs);
    // Of those who are in no call, so that each change of state is made at once.
    const changed = ids.slice(calls, calls + changes);
    const last = new Map<string, string>();
    let inService: number | null = null;
    let failing = false;
    const done = new Promise<number>((resolve) => {
      const look = () => {
        if (inService !== null && last.size === changed.length) resolve(performance.now());
      };
      client.on('*', (event) => {
        if (event.type === 'availability') {
          if (event.announcement.status === 'failing') failing = true;
          else if (failing && event.announcement.status === 'in-service') inService ??= performance.now();
        }
        if (event.type === 'notification' && event.update.data.kind === 'user') {
          const { user } = event.update.data;
          const id = user.loginId ?? '';
          if (user.state === 'READY' && changed.includes(id)) last.set(id, user.state);
        }
        look();
      });
    });
    for (const id of changed)
      await survivor.setAgentState({ agentId: id, state: 'NOT_READY', reasonCode: 0 });
    await lab.fault(fault);
    const killedAt = performance.now();
    // While the web app has no CTI side, and while it takes in the other one.
    await Promise.all(changed.map((id) => survivor.setAgentState({ agentId: id, state: 'AVAILABLE' })));
    const publishedAt = await done;
    const callAfter = JSON.stringify(caller.dialogs);
    const recovery: Recovery = {
      inServiceMs: (inService ?? Number.NaN) - killedAt,
      publishedMs: publishedAt - killedAt,
      callsKept: await countCalls(lab, primary, ids.slice(0, calls)),
    };
    if (callAfter !== callBefore) throw new Error(`the call of ${inCall} is not as it was`);
    return recovery;
  } finally {
    await Promise.all([client.close(), caller.close()]);
    await lab.heal(fault);
    await lab.waitInService('primary');
  }
}

/** Agents who have exactly one call at a node. */
async function countCalls(lab: Lab, node: string, ids: readonly string[]): Promise<number> {
  let kept = 0;
  for (const id of ids) {
    const { user, password } = lab.credentials(id);
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const response = await fetch(`${node}/finesse/api/User/${id}/Dialogs`, { headers: { authorization } });
    if ((await response.text()).split('<Dialog>').length === 2) kept += 1;
  }
  return kept;
}

function findings(
  recoveries: readonly Recovery[],
  rates: ReturnType<typeof decodingRates>,
  { agents, calls, changes }: CtiBenchOptions,
): Findings {
  const publishedMs = median(recoveries.map((one) => one.publishedMs));
  const kept = Math.min(...recoveries.map(({ callsKept }) => callsKept));
  return {
    sections: [
      {
        title: `A CTI side killed: ${agents} agents, ${calls} calls, ${changes} changes of state on the other side meanwhile`,
        rows: recoveries.map(({ inServiceMs, publishedMs: allMs, callsKept }, index) => ({
          round: index + 1,
          inServiceMs,
          lastStatesPublishedMs: allMs,
          callsKept,
        })),
      },
      { title: 'Reading what a CTI side says of agents and calls, one thread', rows: rates },
    ],
    notes: [
      `Target: IN_SERVICE with every last state published within ${targetMs} ms: ${publishedMs <= targetMs ? 'met' : 'missed'} (median ${Math.round(publishedMs)} ms); calls kept: ${kept} of ${calls}.`,
      'JSON: the same messages, written as JSON and read by JSON.parse, which checks nothing.',
    ],
  };
}
