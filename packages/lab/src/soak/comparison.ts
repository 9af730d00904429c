import { setTimeout as delay } from 'node:timers/promises';
import { FinesseRest, type Platform } from '@finesse-ha/client';
import { keyOf, seenOf } from '../drill/subject.js';
import type { Lab } from '../lab.js';
import type { SoakAgent } from './soak-agent.js';
import type { Traffic } from './traffic.js';
import type { Truth } from './truth.js';

/** How long the last change may take to arrive everywhere. */
const arrivalMs = 5_000;
const lookEveryMs = 50;

export interface ComparisonContext {
  lab: Lab;
  truth: Truth;
  traffic: Traffic;
  platform: Platform;
}

/** What one comparison found of one agent. */
export interface Difference {
  /** Changes that the application was never told of. */
  lost: string[];
  /** Sentences: pictures that differ, calls that are gone or should be. */
  wrong: string[];
}

/**
 * Compares what an agent's application shows and was told with the CTI server's word and the node's, while nothing is being
 * changed and nothing is broken. What is accounted for is then forgotten.
 * @throws {CtiRequestError} when the CTI server cannot be asked
 */
export async function compare(agent: SoakAgent, context: ComparisonContext): Promise<Difference> {
  const { lab, truth, traffic, platform } = context;
  const { user, password, ca } = lab.clientOptions(agent.id);
  const rest = new FinesseRest(platform, agent.client.availability.node, { user, password, ca });
  const untilAt = performance.now() + arrivalMs;
  const within = { timeoutMs: arrivalMs };
  for (;;) {
    const cti = keyOf(await truth.ask(agent.id));
    const node = await Promise.all([rest.user(within), rest.dialogs(within)]).catch((error: unknown) =>
      error instanceof Error ? error.message : String(error),
    );
    const wrong =
      typeof node === 'string'
        ? [`the node's REST says ${node}`]
        : [
            ...differ('state', agent.shown, cti, keyOf(seenOf(node[0]))),
            ...(await callsWrong(agent, truth, traffic, node[1].map(({ id }) => id).toSorted())),
          ];
    const changes = truth.changesOf(agent.id);
    const lost = agent.lost(changes);
    if ((wrong.length === 0 && lost.length === 0) || performance.now() > untilAt) {
      truth.settle(agent.id, changes);
      agent.settle();
      return { lost: lost.map(keyOf), wrong };
    }
    await delay(lookEveryMs);
  }
}

function differ(what: string, application: string, cti: string, node: string): string[] {
  if (application === cti && node === cti) return [];
  return [`${what}: the application has ${application}, REST ${node}, CTI ${cti}`];
}

/** The agent's calls by CTI are those that were made and not ended; what a failure left in doubt, CTI decides. */
async function callsWrong(
  agent: SoakAgent,
  truth: Truth,
  traffic: Traffic,
  node: readonly string[],
): Promise<string[]> {
  const expected = traffic.callOf(agent);
  const has = async (callId: number) => (await truth.call(callId))?.includes(agent.extension) === true;
  const cti: string[] = [];
  for (const id of new Set([...(expected === undefined ? [] : [String(expected.callId)]), ...node])) {
    if (await has(Number(id))) cti.push(id);
  }
  const wrong = differ('calls', agent.calls.join(), cti.toSorted().join(), node.join());
  if (expected?.sure === true && !cti.includes(String(expected.callId))) {
    wrong.push(`call ${expected.callId} is gone`);
  }
  const [first] = cti;
  traffic.correct(agent, first === undefined ? null : Number(first));
  return wrong;
}
