import { FinesseProvider } from '@finesse-ha/react';
import { useSyncExternalStore } from 'react';
import type { Deployment } from './deployment.js';
import { DeploymentProvider } from './deployment-context.js';
import { SignIn } from './session/SignIn.js';
import type { Session } from './session/session.js';
import { Desk } from './shell/Desk.js';
import { MessagesProvider } from './ui/Messages.js';

/** The sign-in, or the desk of an agent who is signed in. */
export function App({ session, deployment }: { session: Session; deployment: Deployment }) {
  const state = useSyncExternalStore(
    (listener) => session.subscribe(listener),
    () => session.state,
  );
  return (
    <DeploymentProvider deployment={deployment}>
      {state.phase === 'signed-in' ? (
        <FinesseProvider client={state.client}>
          <MessagesProvider>
            <Desk session={session} deployment={deployment} />
          </MessagesProvider>
        </FinesseProvider>
      ) : (
        <SignIn session={session} state={state} deployment={deployment} />
      )}
    </DeploymentProvider>
  );
}
