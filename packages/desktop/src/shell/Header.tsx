import { useAvailability, useUser } from '@finesse-ha/react';
import { useNodeNames } from '../deployment-context.js';
import type { Session } from '../session/session.js';
import { StatePicker } from '../state/StatePicker.js';
import { strings } from '../strings/index.js';
import { Icon } from '../ui/Icon.js';
import styles from './Header.module.css';
import { ThemeSwitch } from './ThemeSwitch.js';

/** Who works here, in which state, and on which node. */
export function Header({ session, onConnection }: { session: Session; onConnection(): void }) {
  const user = useUser();
  const name = [user?.firstName, user?.lastName].filter(Boolean).join(' ');
  return (
    <header className={styles.header}>
      <p className={styles.brand}>
        <Icon name="headset" size={22} />
        <span className={styles.product}>{strings.product}</span>
      </p>
      <div className={styles.agent}>
        <h1 className={styles.name}>{name === '' ? (user?.loginId ?? '') : name}</h1>
        <p className={styles.extension}>
          {user?.extension === undefined ? '' : strings.header.extension(user.extension)}
        </p>
      </div>
      <div className={styles.state}>
        <StatePicker session={session} />
      </div>
      <div className={styles.tools}>
        <NodePill onPress={onConnection} />
        <ThemeSwitch />
      </div>
    </header>
  );
}

/** The node in service, in the corner of the eye. */
function NodePill({ onPress }: { onPress(): void }) {
  const { status, node } = useAvailability();
  const label = useNodeNames()(node);
  const { header } = strings;
  const texts = {
    'in-service': label.short,
    failing: header.failing,
    connecting: header.connecting,
    ended: header.ended,
    idle: header.ended,
  };
  return (
    <button
      type="button"
      className={styles.pill}
      data-status={status}
      data-node={node}
      data-testid="node"
      aria-label={status === 'in-service' ? header.node(label.inText) : texts[status]}
      onClick={onPress}
    >
      <span className={styles.lamp} />
      <span>{texts[status]}</span>
    </button>
  );
}
