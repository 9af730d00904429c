import { useDialogs, useFinesse, useLookup, useUser } from '@finesse-ha/react';
import { DialPanel } from '../dial/DialPanel.js';
import { useUnavailable } from '../finesse/use-service.js';
import { loadEntries } from '../phone-book/contacts.js';
import { instant } from '../strings/format.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Icon } from '../ui/Icon.js';
import { Timer } from '../ui/Timer.js';
import { useAction } from '../ui/use-action.js';
import { CallCard } from './CallCard.js';
import styles from './CallsView.module.css';
import { byUrgency, callOf } from './call-model.js';

/** The agent's calls, and the way to a new one. */
export function CallsView() {
  const user = useUser();
  const extension = user?.extension ?? '';
  const calls = useDialogs()
    .map((dialog) => callOf(dialog, extension))
    .filter(({ state }) => state !== 'DROPPED')
    .sort(byUrgency);
  const names = useNames();
  const ringing = calls.find(({ state }) => state === 'ALERTING');
  const state = user?.state ?? '';
  const { calls: texts } = strings;
  return (
    <div className={styles.view}>
      <section className={styles.calls} aria-labelledby="calls-heading">
        <h2 id="calls-heading" className="visually-hidden">
          {texts.title}
        </h2>
        <p role="alert" className="visually-hidden">
          {ringing === undefined ? '' : texts.ringing(names.get(ringing.other) ?? ringing.other)}
        </p>
        {(state === 'WORK' || state === 'WORK_READY') && (
          <WrapUpBar sinceAt={instant(user?.stateChangeTime)} />
        )}
        {calls.map((call) => (
          <CallCard key={call.id} call={call} name={names.get(call.other) ?? null} />
        ))}
        {calls.length === 0 && (
          <div className={styles.empty}>
            <Icon name="phone" size={32} />
            <p className={styles.emptyTitle}>{texts.empty}</p>
            <p>{emptyText(state)}</p>
          </div>
        )}
      </section>
      <aside className={styles.side}>
        <DialPanel />
      </aside>
    </div>
  );
}

function emptyText(state: string): string {
  const { emptyReady, emptyNotReady, emptySignedOut } = strings.calls;
  if (state === 'READY') return emptyReady;
  if (state === 'NOT_READY') return emptyNotReady;
  return state === 'LOGOUT' ? emptySignedOut : '';
}

/** Names by number, from the phone books. */
function useNames(): ReadonlyMap<string, string> {
  const book = useLookup('phoneBooks', loadEntries);
  return new Map(book.state === 'there' ? book.value.map(({ number, name }) => [number, name]) : []);
}

/** The time after a call, and the way out of it. */
function WrapUpBar({ sinceAt }: { sinceAt: number | null }) {
  const client = useFinesse();
  const unavailable = useUnavailable();
  const { busy, run } = useAction();
  const { wrapUp, statePicker } = strings;
  const go = (state: 'READY' | 'NOT_READY') => void run('setState', () => client.setState(state));
  return (
    <div className={styles.wrapUp}>
      <p className={styles.wrapUpText}>
        <strong>{wrapUp.title}</strong> <Timer sinceAt={sinceAt} />
      </p>
      <div role="group" aria-label={wrapUp.finish} className={styles.row}>
        <span aria-hidden="true">{wrapUp.finish}</span>
        <Button tone="good" busy={busy !== null} unavailable={unavailable} onClick={() => go('READY')}>
          {statePicker.ready}
        </Button>
        <Button busy={busy !== null} unavailable={unavailable} onClick={() => go('NOT_READY')}>
          {statePicker.notReady}
        </Button>
      </div>
    </div>
  );
}
