import { useDialogs, useFinesse, useUser } from '@finesse-ha/react';
import { useEffect, useReducer, useRef } from 'react';
import { ServiceBanner } from '../banner/ServiceBanner.js';
import { CallsView } from '../calls/CallsView.js';
import { callOf, isLive } from '../calls/call-model.js';
import { ConnectionPanel } from '../connection/ConnectionPanel.js';
import { type History, remember } from '../connection/history.js';
import type { Deployment } from '../deployment.js';
import { useUnavailable } from '../finesse/use-service.js';
import { QueuesView } from '../queues/QueuesView.js';
import type { Session } from '../session/session.js';
import { strings } from '../strings/index.js';
import { TeamView } from '../team/TeamView.js';
import { Button } from '../ui/Button.js';
import { Icon, type IconName } from '../ui/Icon.js';
import { useAction } from '../ui/use-action.js';
import styles from './Desk.module.css';
import { Header } from './Header.js';
import { showView, useView, type View } from './views.js';

const icons: Readonly<Record<View, IconName>> = {
  calls: 'phone',
  team: 'people',
  queues: 'queues',
  connection: 'connection',
};

/** Everything that an agent who is signed in sees. */
export function Desk({ session, deployment }: { session: Session; deployment: Deployment }) {
  const user = useUser();
  const supervisor = user?.roles.some((role) => role.toUpperCase() === 'SUPERVISOR') ?? false;
  const asked = useView();
  const offered: readonly View[] = supervisor
    ? ['calls', 'team', 'queues', 'connection']
    : ['calls', 'queues', 'connection'];
  const view = offered.includes(asked) ? asked : 'calls';
  const history = useHistory();
  const main = useRef<HTMLElement>(null);
  useTitle(view);
  return (
    <div className={styles.desk}>
      <button type="button" className={styles.skip} onClick={() => main.current?.focus()}>
        {strings.skipToContent}
      </button>
      <Header session={session} onConnection={() => showView('connection')} />
      <nav className={styles.nav} aria-label={strings.nav.label}>
        <ul>
          {offered.map((name) => (
            <li key={name}>
              <a href={`#${name}`} aria-current={view === name ? 'page' : undefined}>
                <Icon name={icons[name]} size={20} />
                <span>{strings.nav[name]}</span>
                {name === 'calls' && <CallCount />}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <div className={styles.body}>
        <ServiceBanner onDetails={() => showView('connection')} onSignIn={() => session.leave()} />
        {user?.state === 'LOGOUT' && <SignedOut session={session} />}
        <main id="content" ref={main} className={styles.main} tabIndex={-1}>
          {view === 'calls' && <CallsView />}
          {view === 'team' && <TeamView />}
          {view === 'queues' && <QueuesView />}
          {view === 'connection' && <ConnectionPanel deployment={deployment} history={history} />}
        </main>
      </div>
    </div>
  );
}

/** What the nodes have been like since somebody works here, whichever view is open. */
function useHistory(): History {
  const client = useFinesse();
  const [history, tell] = useReducer(remember, client.availability, (first) => remember({}, first));
  useEffect(() => client.on('availability', ({ announcement }) => tell(announcement)), [client]);
  return history;
}

function useTitle(view: View): void {
  useEffect(() => {
    document.title = `${strings.nav[view]} – ${strings.product}`;
    return () => {
      document.title = strings.product;
    };
  }, [view]);
}

/** How many calls there are, while another view is open. */
function CallCount() {
  const extension = useUser()?.extension ?? '';
  const calls = useDialogs().filter((dialog) => isLive(callOf(dialog, extension))).length;
  return calls === 0 ? null : (
    <span className={styles.count} role="img" aria-label={strings.calls.number(calls)}>
      {calls}
    </span>
  );
}

/** Finesse, a supervisor or the telephone system signed the agent out: the desktop is still there. */
function SignedOut({ session }: { session: Session }) {
  const client = useFinesse();
  const unavailable = useUnavailable();
  const { busy, run } = useAction();
  const { statePicker } = strings;
  return (
    <section className={styles.signedOut} aria-label={statePicker.signedOutTitle}>
      <div role="alert">
        <p className={styles.signedOutTitle}>{statePicker.signedOutTitle}</p>
        <p>{statePicker.signedOutDetail}</p>
      </div>
      <Button
        tone="primary"
        busy={busy !== null}
        unavailable={unavailable}
        onClick={() => void run('signIn', () => client.signIn())}
      >
        {statePicker.signInAgain}
      </Button>
      <Button icon="signOut" onClick={() => session.leave()}>
        {statePicker.leave}
      </Button>
    </section>
  );
}
