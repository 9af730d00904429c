import type { FinesseClient } from '@finesse-ha/client';
import { ArrivalMeter } from '@finesse-ha/monitor';
import { teamUsersNode } from '@finesse-ha/protocol';
import { sentenceOf } from './exit.js';

const fetchWithinMs = 5_000;

/** Times the notifications of a client's node by the changes of agents' states in the teams that its user sees. */
export interface NotificationTiming {
  readonly meter: ArrivalMeter;
  /** As last measured; while it is null nothing is timed. */
  clockSkewMs: number | null;
}

/**
 * Subscribes to the users of the teams that the user looks after, or of the own team, as soon as the node is in service.
 * Nobody's state is changed for the measurement: it waits until an agent's does.
 * @param onUntimed told once, where the node does not let the user see a team
 */
export function timeNotifications(
  client: FinesseClient,
  onUntimed: (why: string) => void,
): NotificationTiming {
  const timing: NotificationTiming = { meter: new ArrivalMeter(), clockSkewMs: null };
  let asked = false;
  client.on('availability', ({ announcement: { kind } }) => {
    if (kind === 'in-service' || kind === 'recovered') {
      timing.meter.begin(Date.now());
      if (asked) return;
      asked = true;
      subscribeToTeams(client).catch((error: unknown) => onUntimed(sentenceOf(error)));
    } else if (kind === 'failing' || kind === 'ended') timing.meter.end();
  });
  client.on('notification', ({ update: { data } }) => {
    if (data.kind !== 'user' || timing.clockSkewMs === null) return;
    timing.meter.arrived(data.user, Date.now(), timing.clockSkewMs);
  });
  return timing;
}

async function subscribeToTeams(client: FinesseClient): Promise<void> {
  const { teams, teamId } = await client.rest().user({ timeoutMs: fetchWithinMs });
  const ids = teams.length > 0 ? teams.map(({ id }) => id) : [teamId ?? ''];
  const named = ids.filter((id) => id !== '');
  if (named.length === 0) throw new Error('the user has no team');
  for (const id of named) await client.subscribe(teamUsersNode(id));
}
