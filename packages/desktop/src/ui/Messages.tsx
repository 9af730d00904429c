import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from 'react';
import type { Wording } from '../failures/wording.js';
import { strings } from '../strings/index.js';
import { Button } from './Button.js';
import { Icon } from './Icon.js';
import styles from './Messages.module.css';

interface Message {
  readonly id: number;
  readonly kind: 'failure' | 'done';
  readonly wording: Wording;
}

interface Teller {
  /** Tells of something that did not work; it stays until it is dismissed. */
  fail(wording: Wording): void;
  /** Tells that something was done. */
  done(title: string): void;
}

const Context = createContext<Teller | null>(null);
const shownMs = 5_000;
/** More are not read; the oldest go. */
const most = 3;

/** The messages of what was tried here, in a corner that covers no controls of calls. */
export function MessagesProvider({ children }: { children: ReactNode }) {
  const [messages, setMessages] = useState<readonly Message[]>([]);
  const dismiss = useCallback((id: number) => {
    setMessages((present) => present.filter((message) => message.id !== id));
  }, []);
  const teller = useMemo<Teller>(() => {
    let last = 0;
    const add = (kind: Message['kind'], wording: Wording) => {
      last += 1;
      const id = last;
      setMessages((present) => [...present, { id, kind, wording }].slice(-most));
      if (kind === 'done') setTimeout(() => dismiss(id), shownMs);
    };
    return {
      fail: (wording) => add('failure', wording),
      done: (title) => add('done', { title, detail: '' }),
    };
  }, [dismiss]);
  return (
    <Context value={teller}>
      {children}
      <div className={styles.messages}>
        {(['failure', 'done'] as const).map((kind) => (
          <div key={kind} role={kind === 'failure' ? 'alert' : 'status'} className={styles.region}>
            {messages
              .filter((message) => message.kind === kind)
              .map(({ id, wording }) => (
                <div key={id} className={`${styles.message} ${styles[kind]}`}>
                  <Icon name={kind === 'failure' ? 'alert' : 'check'} />
                  <div className={styles.text}>
                    <p className={styles.title}>{wording.title}</p>
                    {wording.detail !== '' && <p>{wording.detail}</p>}
                  </div>
                  <Button iconOnly icon="close" tone="quiet" onClick={() => dismiss(id)}>
                    {strings.dismiss}
                  </Button>
                </div>
              ))}
          </div>
        ))}
      </div>
    </Context>
  );
}

/** Tells people what came of what they did. @throws {Error} outside of a MessagesProvider */
export function useMessages(): Teller {
  const teller = useContext(Context);
  if (teller === null) throw new Error('useMessages is used outside of a MessagesProvider');
  return teller;
}
