import { parseUser } from '@finesse-ha/protocol';
import { expect, test } from 'vitest';
import { countByGroup, shownMembers } from '../src/team/team-model.ts';

const member = (firstName: string, state: string, extension = '2000') =>
  parseUser(
    `<User><uri>/u</uri><loginId>${firstName}</loginId><firstName>${firstName}</firstName><state>${state}</state><extension>${extension}</extension></User>`,
  );
const team = [
  member('Grace', 'READY'),
  member('Ada', 'HOLD', '2001'),
  member('Alan', 'WORK_READY'),
  member('Radia', 'LOGOUT'),
  member('Donald', 'A_STATE_OF_A_LATER_RELEASE'),
];
const names = (...filter: [string, Parameters<typeof shownMembers>[2]]) =>
  shownMembers(team, ...filter).map(({ loginId }) => loginId);

test('a team is counted by what its members do', () => {
  expect(countByGroup(team)).toEqual({ ready: 1, talking: 1, wrapUp: 1, notReady: 1, signedOut: 1 });
});

test('members are sorted by name, and filtered by words and by what they do', () => {
  expect(names('', null)).toEqual(['Ada', 'Alan', 'Donald', 'Grace', 'Radia']);
  expect(names('2001 hold', null)).toEqual(['Ada']);
  expect(names('', 'wrapUp')).toEqual(['Alan']);
});
