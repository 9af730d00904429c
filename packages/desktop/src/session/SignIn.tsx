import { FinesseProvider, useAvailability } from '@finesse-ha/react';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import type { Deployment } from '../deployment.js';
import { useNodeNames } from '../deployment-context.js';
import { signInWording } from '../failures/wording.js';
import { ThemeSwitch } from '../shell/ThemeSwitch.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Field } from '../ui/Field.js';
import { Icon } from '../ui/Icon.js';
import styles from './SignIn.module.css';
import type { Session, SessionState } from './session.js';
import { rememberedAgent } from './stored-session.js';

interface SignInProps {
  session: Session;
  state: Exclude<SessionState, { phase: 'signed-in' }>;
  deployment: Deployment;
}

type FieldName = 'user' | 'password' | 'extension';
const fieldNames: readonly FieldName[] = ['user', 'password', 'extension'];

/** The way in. What was typed stays whatever happens, so that only what was wrong is typed again. */
export function SignIn({ session, state, deployment }: SignInProps) {
  const { texts, missing, failure, form, type, submit } = useSignInForm(session, state);
  const busy = state.phase !== 'signed-out';
  const { signIn } = strings;
  return (
    <div className={styles.page}>
      <header className={styles.corner}>
        <ThemeSwitch />
      </header>
      <main className={styles.card}>
        <div className={styles.brand}>
          <span className={styles.mark}>
            <Icon name="headset" size={26} />
          </span>
          <div>
            <p className={styles.product}>{strings.product}</p>
            <h1>{signIn.title}</h1>
          </div>
        </div>
        <div role="alert">
          {failure !== null && !busy && (
            <div className={styles.failure} data-testid="sign-in-error">
              <Icon name="alert" />
              <div>
                <p className={styles.failureTitle}>{failure.title}</p>
                <p>{failure.detail}</p>
              </div>
            </div>
          )}
        </div>
        <form ref={form} onSubmit={submit} className={styles.form} noValidate>
          <Field
            label={signIn.user}
            name="user"
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            value={texts.user}
            readOnly={busy}
            error={missing.user}
            onChange={({ target }) => type('user', target.value)}
          />
          <Field
            label={signIn.password}
            name="password"
            type="password"
            autoComplete="current-password"
            value={texts.password}
            readOnly={busy}
            error={missing.password}
            onChange={({ target }) => type('password', target.value)}
          />
          <Field
            label={signIn.extension}
            hint={signIn.extensionHint}
            name="extension"
            inputMode="tel"
            autoComplete="off"
            value={texts.extension}
            readOnly={busy}
            error={missing.extension}
            onChange={({ target }) => type('extension', target.value)}
          />
          <Button type="submit" tone="primary" busy={busy} className={styles.submit}>
            {signIn.submit}
          </Button>
        </form>
        <div role="status" className={styles.progress}>
          {state.phase !== 'signed-out' && (
            <FinesseProvider client={state.client}>
              <Progress state={state} deployment={deployment} />
            </FinesseProvider>
          )}
        </div>
        {busy && (
          <Button onClick={() => session.cancel()} className={styles.submit}>
            {strings.cancel}
          </Button>
        )}
        <p className={styles.privacy}>{signIn.privacy}</p>
      </main>
    </div>
  );
}

function useSignInForm(session: Session, state: SignInProps['state']) {
  const [texts, setTexts] = useState({ password: '', ...rememberedAgent() });
  const [missing, setMissing] = useState<Partial<Record<FieldName, string>>>({});
  const form = useRef<HTMLFormElement>(null);
  const failure = state.phase === 'signed-out' && state.error !== null ? signInWording(state.error) : null;

  // The field to type in next: the one that the failure is about, else the first empty one.
  const subject = failure?.field ?? null;
  useEffect(() => {
    if (state.phase !== 'signed-out') return;
    const inputs = [...(form.current?.querySelectorAll('input') ?? [])];
    const next = inputs.find(({ name, value }) => (subject === null ? value === '' : name === subject));
    (next ?? inputs[0])?.focus();
  }, [state.phase, subject]);

  const type = (name: FieldName, value: string) => {
    setTexts((present) => ({ ...present, [name]: value }));
    setMissing((present) => ({ ...present, [name]: undefined }));
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (state.phase !== 'signed-out') return;
    const trimmed = { ...texts, user: texts.user.trim(), extension: texts.extension.trim() };
    const empty = fieldNames.filter((name) => trimmed[name] === '');
    setMissing(Object.fromEntries(empty.map((name) => [name, strings.signIn.required[name]])));
    const [first] = empty;
    if (first === undefined) session.signIn(trimmed);
    else form.current?.querySelector<HTMLInputElement>(`[name=${first}]`)?.focus();
  };
  return { texts, missing, failure, form, type, submit };
}

/** How far the sign-in has come; when no node answers, that it goes on trying. */
function Progress({
  state,
  deployment,
}: {
  state: Exclude<SessionState, { phase: 'signed-in' | 'signed-out' }>;
  deployment: Deployment;
}) {
  const nameNode = useNodeNames();
  const { nodes } = useAvailability();
  const { signIn } = strings;
  if (state.phase === 'signing-in') return signIn.signingIn;
  const down = nodes.every(
    ({ systemInfo }) => systemInfo === 'unreachable' || systemInfo === 'out-of-service',
  );
  if (down) return signIn.noNode(deployment.nodes.map(({ restUrl }) => nameNode(restUrl).inText).join(', '));
  return state.restoring ? signIn.restoring : signIn.connecting;
}
