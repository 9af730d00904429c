import type { ReasonCode, User } from '@finesse-ha/protocol';
import { useFinesse, useLookup, useUser } from '@finesse-ha/react';
import { useUnavailable } from '../finesse/use-service.js';
import type { Session } from '../session/session.js';
import { instant } from '../strings/format.js';
import { strings } from '../strings/index.js';
import { Icon } from '../ui/Icon.js';
import { Popover } from '../ui/Popover.js';
import { Timer } from '../ui/Timer.js';
import { useAction } from '../ui/use-action.js';
import { stateLabel } from './agent-states.js';
import { StateName } from './StateName.js';
import styles from './StatePicker.module.css';

/** The agent's state with its timer, and the way to another. */
export function StatePicker({ session }: { session: Session }) {
  const user = useUser();
  const unavailable = useUnavailable();
  const client = useFinesse();
  const { busy, run } = useAction();
  if (user === null || user.state === 'LOGOUT') return null;
  const pending = user.pendingState ?? '';
  const { statePicker } = strings;

  return (
    <Popover
      label={statePicker.heading}
      unavailable={unavailable}
      triggerClass={styles.trigger}
      trigger={
        <>
          <span className="visually-hidden">{statePicker.yours}</span>
          <StateName user={user} />
          {pending !== '' && (
            <span className={styles.pending}>{statePicker.pending(stateLabel(pending))}</span>
          )}
          {busy !== null && <span className="visually-hidden">{statePicker.changing}</span>}
          <Timer sinceAt={instant(user.stateChangeTime)} className={styles.timer} />
          <Icon name="down" size={16} />
        </>
      }
    >
      {(close) => (
        <Choices
          user={user}
          onState={(state, reasonCodeId) => {
            close();
            void run('setState', () => client.setState(state, { reasonCodeId }));
          }}
          onSignOut={(reasonCodeId) => {
            close();
            void run('signOut', () => session.signOut(reasonCodeId));
          }}
        />
      )}
    </Popover>
  );
}

interface ChoicesProps {
  user: User;
  onState(state: 'READY' | 'NOT_READY', reasonCodeId?: string): void;
  onSignOut(reasonCodeId?: string): void;
}

function Choices({ user, onState, onSignOut }: ChoicesProps) {
  const { statePicker } = strings;
  const onCall = ['TALKING', 'HOLD', 'RESERVED'].includes(user.state);
  const maySignOut = user.state === 'NOT_READY';
  return (
    <>
      {onCall && <p className={styles.note}>{statePicker.afterCall}</p>}
      <Choice tone="good" current={user.state === 'READY'} onChoose={() => onState('READY')}>
        {statePicker.ready}
      </Choice>
      <Reasons
        category="NOT_READY"
        heading={statePicker.notReady}
        current={user.state === 'NOT_READY' ? (user.reasonCode?.id ?? user.reasonCodeId ?? '') : null}
        onChoose={(reasonCodeId) => onState('NOT_READY', reasonCodeId)}
      />
      <hr className={styles.rule} />
      {maySignOut ? (
        <Reasons category="LOGOUT" heading={statePicker.signOut} current={null} onChoose={onSignOut} />
      ) : (
        <>
          <p className={styles.heading}>{statePicker.signOut}</p>
          <p className={styles.note}>{statePicker.signOutFirst}</p>
        </>
      )}
    </>
  );
}

interface ReasonsProps {
  category: 'NOT_READY' | 'LOGOUT';
  heading: string;
  /** The id of the reason in force; null when the state is another. */
  current: string | null;
  onChoose(reasonCodeId?: string): void;
}

function Reasons({ category, heading, current, onChoose }: ReasonsProps) {
  const reasons = useLookup(`reasonCodes/${category}`, (client) => client.reasonCodes(category));
  const tone = category === 'LOGOUT' ? 'idle' : 'warn';
  const codes = reasons.state === 'there' ? reasons.value : [];
  return (
    <div role="group" aria-label={heading}>
      <p className={styles.heading}>{heading}</p>
      {reasons.state === 'loading' && <p className={styles.note}>{strings.statePicker.reasonsLoading}</p>}
      {codes.map((code) => {
        const id = reasonId(code);
        return (
          <Choice key={code.uri} tone={tone} current={current === id} onChoose={() => onChoose(id)}>
            {code.label}
          </Choice>
        );
      })}
      {/* Where no reason is set up, or none could be loaded, the state can be had without one. */}
      {codes.length === 0 && reasons.state !== 'loading' && (
        <Choice tone={tone} current={current === '-1'} onChoose={() => onChoose()}>
          {strings.statePicker.noReason}
        </Choice>
      )}
    </div>
  );
}

interface ChoiceProps {
  tone: 'good' | 'warn' | 'idle';
  current: boolean;
  onChoose(): void;
  children: string;
}

function Choice({ tone, current, onChoose, children }: ChoiceProps) {
  return (
    <button
      type="button"
      className={styles.choice}
      aria-current={current ? 'true' : undefined}
      onClick={onChoose}
    >
      <span className={styles.dot} data-tone={tone} />
      {children}
      {current && <Icon name="check" size={16} />}
    </button>
  );
}

/** The id that a state change refers to; a list of reasons states it in the URI (dev guide 12.5 p.52). */
function reasonId({ id, uri }: ReasonCode): string {
  return id ?? uri.slice(uri.lastIndexOf('/') + 1);
}
