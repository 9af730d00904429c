import { useFinesse, useUser } from '@finesse-ha/react';
import { useState } from 'react';
import { useUnavailable } from '../finesse/use-service.js';
import { ContactSearch } from '../phone-book/ContactSearch.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { useAction } from '../ui/use-action.js';
import styles from './DialPanel.module.css';
import { Keypad } from './Keypad.js';

/** Making a call: by number, on the keypad or from the phone book. */
export function DialPanel() {
  const client = useFinesse();
  const state = useUser()?.state;
  const outOfService = useUnavailable();
  const { busy, run } = useAction();
  const [query, setQuery] = useState('');
  const [keypad, setKeypad] = useState(false);
  const { dial } = strings;
  // A ready agent cannot dial: the next call may be routed here in the same moment (dev guide 12.5, MAKE_CALL).
  const unavailable = outOfService ?? (state === 'READY' ? dial.notReady : undefined);
  const call = (number: string) => {
    void run('makeCall', () => client.makeCall(number)).then((done) => {
      if (done) setQuery('');
    });
  };
  return (
    <section className={styles.panel} aria-label={dial.title}>
      <h2>{dial.title}</h2>
      <ContactSearch
        label={dial.label}
        verb={dial.call}
        query={query}
        onQuery={setQuery}
        onChoose={call}
        unavailable={unavailable}
      >
        <div className={styles.row}>
          <Button
            type="submit"
            tone="good"
            icon="phone"
            busy={busy !== null}
            unavailable={unavailable}
            className={styles.call}
          >
            {dial.call}
          </Button>
          <Button icon="keypad" iconOnly aria-pressed={keypad} onClick={() => setKeypad(!keypad)}>
            {dial.keypad}
          </Button>
          <Button icon="erase" iconOnly onClick={() => setQuery(query.slice(0, -1))}>
            {dial.erase}
          </Button>
        </div>
        {keypad && <Keypad onDigit={(digit) => setQuery(query + digit)} />}
        {outOfService === undefined && unavailable !== undefined && (
          <p className={styles.note}>{unavailable}</p>
        )}
      </ContactSearch>
    </section>
  );
}
