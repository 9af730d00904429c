import { type Element, parseTeam } from '@finesse-ha/protocol';
import type { Contact, PhoneBook, Queue, QueueStatistics, Team, WrapUpReason } from './types.js';

/** A team and its members (dev guide 12.5, Team). @throws {XmlError} */
export function teamOf(element: Element): Team {
  const { id, name, users } = parseTeam(element);
  return { id, name, users };
}

const counts = [
  'callsInQueue',
  'agentsReady',
  'agentsNotReady',
  'agentsTalkingInbound',
  'agentsTalkingOutbound',
  'agentsTalkingInternal',
  'agentsWrapUpNotReady',
  'agentsWrapUpReady',
] as const satisfies readonly (keyof QueueStatistics)[];

/** A queue; statistics that are not told are left out (dev guide 12.5 p.144). */
export function queueOf(element: Element): Queue {
  const statistics = element.getChild('statistics');
  const numbers = Object.fromEntries(
    counts.map((name) => [name, Number.parseInt(statistics?.getChildText(name) ?? '', 10)] as const),
  );
  return {
    uri: text(element, 'uri'),
    name: text(element, 'name'),
    statistics: {
      ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => !Number.isNaN(value))),
      startTimeOfLongestCallInQueue: statistics?.getChildText('startTimeOfLongestCallInQueue') ?? '',
    },
  };
}

/** Wrap-up reasons of a user's list. */
export function wrapUpReasonsOf(list: Element): WrapUpReason[] {
  return list
    .getChildren('WrapUpReason')
    .map((one) => ({ uri: text(one, 'uri'), label: text(one, 'label') }));
}

/** Phone books of a user's list. */
export function phoneBooksOf(list: Element): PhoneBook[] {
  return list.getChildren('PhoneBook').map((one) => ({ uri: text(one, 'uri'), name: text(one, 'name') }));
}

/** The contacts of a phone book. */
export function contactsOf(list: Element): Contact[] {
  return list.getChildren('Contact').map((one) => ({
    uri: text(one, 'uri'),
    firstName: text(one, 'firstName'),
    lastName: text(one, 'lastName'),
    phoneNumber: text(one, 'phoneNumber'),
    description: text(one, 'description'),
  }));
}

function text(element: Element, name: string): string {
  return element.getChildText(name)?.trim() ?? '';
}
