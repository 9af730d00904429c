import type { AgentClient, TeamUser } from '@finesse-ha/client';
import { useFinesse, useUser } from '@finesse-ha/react';
import { useUnavailable } from '../finesse/use-service.js';
import { StateName } from '../state/StateName.js';
import { instant } from '../strings/format.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Popover } from '../ui/Popover.js';
import tables from '../ui/Table.module.css';
import { Timer } from '../ui/Timer.js';
import { useAction } from '../ui/use-action.js';
import styles from './TeamView.module.css';
import { memberName } from './team-model.js';

/** The members with their states, and what a supervisor may do with each. */
export function TeamTable({ members }: { members: readonly TeamUser[] }) {
  const { team } = strings;
  return (
    <table className={tables.table}>
      <thead>
        <tr>
          <th scope="col">{team.agent}</th>
          <th scope="col">{team.state}</th>
          <th scope="col" className={tables.number}>
            {team.since}
          </th>
          <th scope="col">{team.extension}</th>
          <th scope="col">
            <span className="visually-hidden">{team.actions}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {members.map((member) => (
          <Member key={member.loginId} member={member} />
        ))}
      </tbody>
    </table>
  );
}

const states = [
  { state: 'READY', label: strings.agentState.READY },
  { state: 'NOT_READY', label: strings.agentState.NOT_READY },
  { state: 'LOGOUT', label: strings.team.signOut },
] as const;

function Member({ member }: { member: TeamUser }) {
  const client = useFinesse();
  const self = useUser();
  const { busy, run } = useAction();
  const outOfService = useUnavailable();
  const { team } = strings;
  const name = memberName(member);
  const signedOut = member.state === 'LOGOUT' ? team.signedOut(name) : undefined;
  const isSelf = self?.loginId === member.loginId;
  return (
    <tr data-testid="member" data-state={member.state}>
      <th scope="row" className={tables.main}>
        {name} {isSelf && <span className={styles.soft}>({strings.calls.you})</span>}
      </th>
      <td data-label={team.state}>
        <StateName user={member} />
      </td>
      <td data-label={team.since} className={tables.number}>
        <Timer sinceAt={instant(member.stateChangeTime)} />
      </td>
      <td data-label={team.extension}>{member.extension ?? strings.none}</td>
      <td className={tables.actions}>
        {!isSelf && (
          <>
            <Popover
              label={team.changeStateOf(name)}
              trigger={
                <>
                  {team.changeState} <span className="visually-hidden">{team.of(name)}</span>
                </>
              }
              unavailable={outOfService ?? signedOut}
            >
              {(close) => (
                <div className={styles.choices}>
                  {states.map(({ state, label }) => (
                    <Button
                      key={state}
                      tone="quiet"
                      unavailable={member.state === state ? label : undefined}
                      onClick={() => {
                        close();
                        void run('setState', () => client.setUserState(member.loginId, state));
                      }}
                    >
                      {label}
                    </Button>
                  ))}
                </div>
              )}
            </Popover>
            <Button
              icon="headset"
              busy={busy === 'monitor'}
              unavailable={outOfService ?? monitorHindrance(member, self?.state)}
              onClick={() => void run('monitor', () => monitor(client, member))}
            >
              {team.monitor} <span className="visually-hidden">{team.monitorOf(name)}</span>
            </Button>
          </>
        )}
      </td>
    </tr>
  );
}

function monitor(client: AgentClient, { extension = '' }: TeamUser): Promise<unknown> {
  return client.silentMonitor(extension);
}

/** A supervisor listens to an agent who is on a call, while not ready (dev guide 12.5 p.131). */
function monitorHindrance(member: TeamUser, ownState: string | undefined): string | undefined {
  const { team } = strings;
  if (member.state !== 'TALKING' && member.state !== 'HOLD') return team.monitorNeedsCall(memberName(member));
  return ownState === 'NOT_READY' ? undefined : team.monitorNeedsNotReady;
}
