import styles from '../session/SignIn.module.css';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';

/** The desktop cannot even offer a sign-in: it does not know where the nodes are. */
export function StartFailure({ error }: { error: unknown }) {
  const { start } = strings;
  return (
    <div className={styles.page}>
      <main className={styles.card} role="alert">
        <h1>{start.failed}</h1>
        <p>{start.deployment}</p>
        <p className={styles.privacy}>{error instanceof Error ? error.message : String(error)}</p>
        <Button tone="primary" onClick={() => location.reload()}>
          {strings.tryAgain}
        </Button>
      </main>
    </div>
  );
}
