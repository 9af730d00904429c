import './theme/tokens.css';
import './theme/base.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { loadDeployment } from './deployment.js';
import { Session } from './session/session.js';
import { StartFailure } from './shell/StartFailure.js';
import { applyTheme, storedTheme } from './theme/theme.js';

async function start(): Promise<void> {
  applyTheme(storedTheme());
  const place = document.getElementById('root');
  if (place === null) throw new Error('index.html has no element with the id root');
  const root = createRoot(place);
  try {
    const deployment = await loadDeployment(`${import.meta.env.BASE_URL}deployment.json`);
    const session = new Session(deployment);
    session.restore();
    root.render(
      <StrictMode>
        <App session={session} deployment={deployment} />
      </StrictMode>,
    );
  } catch (error) {
    root.render(<StartFailure error={error} />);
  }
}

/** Keeps the shell for a reload while the node is down. Where there are no service workers the desktop works without. */
function keepShell(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  // Refused (no secure context, storage switched off) it works all the same, but for a reload without its node.
  navigator.serviceWorker.register(`${import.meta.env.BASE_URL}service-worker.js`).catch(() => undefined);
}

void start();
keepShell();
