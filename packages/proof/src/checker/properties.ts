import type { PropertyId } from './monitor.js';

/** A property as an operator would put it. */
export interface Property {
  readonly id: PropertyId;
  readonly words: string;
}

/** What is held against every state and every command. */
export const properties: readonly Property[] = [
  {
    id: 'in-service-is-available',
    words:
      'In service is announced only on a node of which the client was told, in this order: XMPP up, finesse available, SystemInfo IN_SERVICE; and after what changed was fetched.',
  },
  {
    id: 'one-connection',
    words: 'At most one XMPP connection exists, and it is to the node that the client is on.',
  },
  {
    id: 'abandoned-is-silent',
    words: 'News of an abandoned connection, probe or fetch changes nothing, whenever it comes.',
  },
  {
    id: 'keeps-connection',
    words:
      'An XMPP connection that is up is kept through criteria 2 and 3; only silence through two pings, or presence that stays away while SystemInfo says IN_SERVICE, ends it.',
  },
  {
    id: 'leaves-only-unavailable',
    words:
      'A node whose three conditions hold is never left, and only a node that said IN_SERVICE is joined.',
  },
  {
    id: 'asks-once-more',
    words: 'Before a node is left it is asked once more, and it wins a tie.',
  },
  { id: 'no-failing-back', words: 'A client in service stays where it is: there is no failing back.' },
  { id: 'no-false-alarm', words: 'As long as nothing goes wrong no failure is told and no node is left.' },
  { id: 'one-probe', words: 'At most one SystemInfo request per node is in flight.' },
  {
    id: 'closed-is-closed',
    words:
      'Nothing is asked of a connection that was closed; after the end no timer, probe or connection is left.',
  },
  {
    id: 'never-waits-for-nothing',
    words: 'While it runs the client always waits for some deadline, and the deadline gets it on.',
  },
  {
    id: 'recovers',
    words:
      'From every state, if one node is whole from some moment on and messages arrive, the client is in service on an available node within the bound; a lost message only delays that.',
  },
];
