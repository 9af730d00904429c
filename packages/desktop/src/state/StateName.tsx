import type { User } from '@finesse-ha/protocol';
import { stateLabel, stateTone } from './agent-states.js';
import styles from './StateName.module.css';

/** A user's state with its reason, as a coloured dot and words. */
export function StateName({ user }: { user: Pick<User, 'state' | 'reasonCode'> }) {
  const reason = user.reasonCode?.label ?? '';
  return (
    <span className={styles.state}>
      <span className={styles.dot} data-tone={stateTone(user.state)} />
      <span className={styles.words}>
        {stateLabel(user.state)}
        {reason !== '' && <span className={styles.reason}> · {reason}</span>}
      </span>
    </span>
  );
}
