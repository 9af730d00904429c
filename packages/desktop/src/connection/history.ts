import type { Announcement, NodeView } from '@finesse-ha/failover';

/** What is drawn of each node: its three conditions, and what this desktop had to do with it. */
export const trackNames = ['systemInfo', 'xmpp', 'presence', 'desktop'] as const;
export type TrackName = (typeof trackNames)[number];

/** What a track says: a condition of the node, or whether this desktop is in service there. */
export type TrackState =
  | NodeView['systemInfo']
  | NodeView['xmpp']
  | NodeView['presence']
  | 'here'
  | 'trying'
  | 'elsewhere';

/** From when on a track said something; until the next one does. Epoch ms. */
export interface Mark {
  readonly fromAt: number;
  readonly state: TrackState;
}

export type Tracks = Readonly<Record<TrackName, readonly Mark[]>>;

/** What each node was like, by its REST URL, since the desktop was opened or as long as is kept. */
export type History = Readonly<Record<string, Tracks>>;

/** As much as anybody looks back. */
export const keptMs = 15 * 60_000;

const untold: Tracks = { systemInfo: [], xmpp: [], presence: [], desktop: [] };

/** Adds what an announcement says of the nodes. */
export function remember(history: History, announcement: Announcement): History {
  const { at } = announcement;
  const told = announcement.nodes.map((view) => {
    const tracks = history[view.node] ?? untold;
    return [
      view.node,
      {
        systemInfo: mark(tracks.systemInfo, view.systemInfo, at),
        xmpp: mark(tracks.xmpp, view.xmpp, at),
        presence: mark(tracks.presence, view.presence, at),
        desktop: mark(tracks.desktop, desktopOn(view.node, announcement), at),
      },
    ] as const;
  });
  return { ...history, ...Object.fromEntries(told) };
}

function desktopOn(node: string, { node: current, status }: Announcement): TrackState {
  if (node !== current || status === 'ended' || status === 'idle') return 'elsewhere';
  return status === 'in-service' ? 'here' : 'trying';
}

function mark(marks: readonly Mark[], state: TrackState, at: number): readonly Mark[] {
  if (marks.at(-1)?.state === state) return marks;
  // The last mark before what is kept still says how that time began.
  const firstKept = marks.findLastIndex(({ fromAt }) => fromAt <= at - keptMs);
  return [...marks.slice(Math.max(0, firstKept)), { fromAt: at, state }];
}

/** A piece of a track within a stretch of time, as parts of that stretch (0 to 1). */
export interface Piece {
  readonly start: number;
  readonly end: number;
  readonly state: TrackState;
}

/** What a track said between two instants (epoch ms). */
export function pieces(marks: readonly Mark[], fromAt: number, toAt: number): Piece[] {
  const part = (at: number) => (Math.min(Math.max(at, fromAt), toAt) - fromAt) / (toAt - fromAt);
  return marks
    .map(({ fromAt: start, state }, index) => ({
      start: part(start),
      end: part(marks[index + 1]?.fromAt ?? toAt),
      state,
    }))
    .filter(({ start, end }) => end > start);
}
