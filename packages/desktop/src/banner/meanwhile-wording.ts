import { callOf, otherParty } from '../calls/call-model.js';
import type { NameNode } from '../node-names.js';
import { spokenDuration, timeOfDay } from '../strings/format.js';
import { strings } from '../strings/index.js';
import type { Change, Summary } from './meanwhile.js';

/**
 * What changed meanwhile, in one line.
 * @param extension the agent's own, by which the other end of a call is found
 */
export function meanwhileWording(summary: Summary, nameNode: NameNode, extension: string): string {
  const { meanwhile } = strings;
  const { node, fromAt, toAt, changes, unknown, loggedOut } = summary;
  const told = oncePerSubject(changes).flatMap((change) => changeWording(change, extension));
  return [
    meanwhile.backOn(nameNode(node).inText, fromAt === null ? null : spokenDuration(toAt - fromAt)),
    ...(told.length === 0 ? [meanwhile.nothing] : told),
    unknown === null ? '' : meanwhile.unknown(timeOfDay(unknown.fromAt), timeOfDay(unknown.toAt)),
    loggedOut === null ? '' : meanwhile[loggedOut.outcome](nameNode(loggedOut.leftNode).inText),
  ]
    .filter((text) => text !== '')
    .join(' ');
}

/** Several fetches may follow one another; of the agent's state only from where and to where it went matters. */
function oncePerSubject(changes: readonly Change[]): Change[] {
  const states = changes.filter((change) => change.kind === 'state');
  const [from, to] = [states[0]?.from, states.at(-1)?.to];
  const rest = changes.filter(({ kind }) => kind !== 'state');
  return from === undefined || to === undefined || from === to
    ? rest
    : [{ kind: 'state', from, to }, ...rest];
}

function changeWording(change: Change, extension: string): string[] {
  const { meanwhile, agentState, calls } = strings;
  switch (change.kind) {
    case 'state':
      return [meanwhile.state(agentState[change.from] ?? change.from, agentState[change.to] ?? change.to)];
    case 'calls-new':
    case 'calls-ended': {
      const who = change.dialogs.map((dialog) => otherParty(dialog, extension)).join(', ');
      const say = change.kind === 'calls-new' ? meanwhile.callsNew : meanwhile.callsEnded;
      return [say(change.dialogs.length, who)];
    }
    case 'call': {
      const [before, now] = [callOf(change.previous, extension), callOf(change.current, extension)];
      const what = before.state === now.state ? null : (calls.state[now.state] ?? now.state);
      const data =
        before.wrapUpReason !== now.wrapUpReason || !sameVariables(before.variables, now.variables);
      if (what === null && !data) return [];
      return [meanwhile.callChanged(now.other, what?.toLowerCase() ?? meanwhile.callData)];
    }
  }
}

type Variables = readonly { name: string; value: string }[];

function sameVariables(some: Variables, others: Variables): boolean {
  return JSON.stringify(some.map(pair)) === JSON.stringify(others.map(pair));
}

function pair({ name, value }: Variables[number]): [string, string] {
  return [name, value];
}
