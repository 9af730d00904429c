import { useFinesse } from '@finesse-ha/react';
import { useRef, useState } from 'react';
import { Keypad } from '../dial/Keypad.js';
import { actionWording } from '../failures/wording.js';
import { useUnavailable } from '../finesse/use-service.js';
import { strings } from '../strings/index.js';
import { useMessages } from '../ui/Messages.js';
import { Modal } from '../ui/Modal.js';
import styles from './CallCard.module.css';

/** Sends tones into a call, by the keypad or the keyboard. */
export function TonesDialog({ callId, onClose }: { callId: string; onClose(): void }) {
  const client = useFinesse();
  const unavailable = useUnavailable();
  const messages = useMessages();
  const [sent, setSent] = useState('');
  // One after another, in the order of the keys, however fast they are pressed.
  const last = useRef(Promise.resolve());
  const send = (digit: string) => {
    last.current = last.current.then(async () => {
      try {
        await client.sendDtmf(callId, digit);
        setSent((before) => before + digit);
      } catch (error) {
        messages.fail(actionWording('dtmf', error));
      }
    });
  };
  return (
    <Modal title={strings.dial.tonesTitle} onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: digits typed on any of the keys within are sent too. */}
      <div
        className={styles.tones}
        onKeyDown={({ key }) => {
          if (/^[0-9*#]$/.test(key) && unavailable === undefined) send(key);
        }}
      >
        <p className={styles.hint}>{strings.dial.tonesHint}</p>
        <output aria-label={strings.dial.tones} className={styles.sent}>
          {sent}
        </output>
        <Keypad unavailable={unavailable} onDigit={send} />
      </div>
    </Modal>
  );
}
