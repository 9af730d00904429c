import { useFinesse, useTeam, useUser } from '@finesse-ha/react';
import { useEffect, useState } from 'react';
import { useUnavailable } from '../finesse/use-service.js';
import { number } from '../strings/format.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Field } from '../ui/Field.js';
import { MessageDialog } from './MessageDialog.js';
import { TeamTable } from './TeamTable.js';
import styles from './TeamView.module.css';
import { countByGroup, shownMembers, type TeamGroup, teamGroups } from './team-model.js';

/** A supervisor's view of a team. */
export function TeamView() {
  const client = useFinesse();
  const user = useUser();
  const team = useTeam();
  const unavailable = useUnavailable();
  const teams = user?.teams ?? [];
  const [chosen, setChosen] = useState<string | null>(null);
  const [filter, setFilter] = useState('');
  const [group, setGroup] = useState<TeamGroup | null>(null);
  const [writing, setWriting] = useState(false);
  const teamId = chosen ?? teams[0]?.id ?? user?.teamId ?? null;
  const { team: texts } = strings;

  const inService = unavailable === undefined;
  useEffect(() => {
    // What could not be watched for a failure is watched after it.
    if (teamId !== null && inService) void client.watchTeam(teamId).catch(() => undefined);
  }, [client, teamId, inService]);

  const users = team !== null && team.id === teamId ? team.users : null;
  const counts = countByGroup(users ?? []);
  const shown = shownMembers(users ?? [], filter, group);
  return (
    <section className={styles.view} aria-labelledby="team-heading">
      <header className={styles.head}>
        <h2 id="team-heading">{teams.length > 1 ? texts.title : (team?.name ?? texts.title)}</h2>
        {users !== null && <p className={styles.soft}>{texts.members(users.length)}</p>}
        {teams.length > 1 && (
          <select
            aria-label={texts.choose}
            value={teamId ?? ''}
            onChange={({ target }) => setChosen(target.value)}
          >
            {teams.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
        <Button
          icon="message"
          unavailable={unavailable}
          className={styles.message}
          onClick={() => setWriting(true)}
        >
          {texts.message}
        </Button>
      </header>
      <div role="group" aria-label={texts.summary} className={styles.summary}>
        {teamGroups.map((name) => (
          <button
            key={name}
            type="button"
            data-group={name}
            aria-pressed={group === name}
            className={styles.count}
            onClick={() => setGroup(group === name ? null : name)}
          >
            <span className={styles.number}>{number(counts[name])}</span>
            <span>{texts.group[name]}</span>
          </button>
        ))}
      </div>
      <div className={styles.filter}>
        <Field
          label={texts.filter}
          type="search"
          value={filter}
          onChange={({ target }) => setFilter(target.value)}
        />
      </div>
      {users === null ? (
        <p className={styles.soft}>{strings.loading}</p>
      ) : shown.length === 0 ? (
        <p className={styles.soft}>{users.length === 0 ? texts.empty : texts.noMatch}</p>
      ) : (
        <TeamTable members={shown} />
      )}
      {writing && teamId !== null && <MessageDialog teamId={teamId} onClose={() => setWriting(false)} />}
    </section>
  );
}
