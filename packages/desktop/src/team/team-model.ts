import type { TeamUser } from '@finesse-ha/client';
import { stateLabel, stateTone } from '../state/agent-states.js';

/** The groups in which a team is counted. */
export const teamGroups = ['ready', 'talking', 'wrapUp', 'notReady', 'signedOut'] as const;
export type TeamGroup = (typeof teamGroups)[number];

const groupOfTone = {
  good: 'ready',
  call: 'talking',
  work: 'wrapUp',
  warn: 'notReady',
  idle: 'notReady',
} as const;

/** The group of a member by their state. Whoever is in a state that is not known here is at least not signed out. */
export function groupOf({ state }: Pick<TeamUser, 'state'>): TeamGroup {
  return state === 'LOGOUT' ? 'signedOut' : groupOfTone[stateTone(state)];
}

export function countByGroup(users: readonly Pick<TeamUser, 'state'>[]): Readonly<Record<TeamGroup, number>> {
  const counts = { ready: 0, talking: 0, wrapUp: 0, notReady: 0, signedOut: 0 };
  for (const user of users) counts[groupOf(user)] += 1;
  return counts;
}

/** A member's name; the id where none is set up. */
export function memberName({ firstName = '', lastName = '', loginId }: TeamUser): string {
  const name = [firstName, lastName].filter((part) => part !== '').join(' ');
  return name === '' ? loginId : name;
}

/** Those whom a filter leaves, by name. It looks at names, numbers and states, all words must be found. */
export function shownMembers(
  users: readonly TeamUser[],
  filter: string,
  group: TeamGroup | null,
): readonly TeamUser[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  return users
    .filter((user) => group === null || groupOf(user) === group)
    .filter((user) => {
      const text = [
        memberName(user),
        user.loginId,
        user.extension,
        stateLabel(user.state),
        user.reasonCode?.label,
      ]
        .join(' ')
        .toLowerCase();
      return words.every((word) => text.includes(word));
    })
    .sort((one, other) => memberName(one).localeCompare(memberName(other), undefined, { numeric: true }));
}
