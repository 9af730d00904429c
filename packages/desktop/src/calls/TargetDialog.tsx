import { useState } from 'react';
import { useUnavailable } from '../finesse/use-service.js';
import { ContactSearch } from '../phone-book/ContactSearch.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Modal } from '../ui/Modal.js';
import styles from './CallCard.module.css';

interface TargetDialogProps {
  kind: 'consult' | 'transfer';
  onChoose(number: string): void;
  onClose(): void;
}

/** To whom: for a consult call or a transfer. */
export function TargetDialog({ kind, onChoose, onClose }: TargetDialogProps) {
  const unavailable = useUnavailable();
  const [query, setQuery] = useState('');
  const { target } = strings;
  const texts =
    kind === 'consult'
      ? { title: target.consult, hint: target.consultHint, submit: target.consultSubmit }
      : { title: target.transfer, hint: target.transferHint, submit: target.transferSubmit };
  return (
    <Modal title={texts.title} onClose={onClose}>
      <p className={styles.hint}>{texts.hint}</p>
      <ContactSearch
        autoFocus
        label={target.number}
        verb={texts.submit}
        query={query}
        onQuery={setQuery}
        onChoose={onChoose}
        unavailable={unavailable}
      >
        <Button type="submit" tone="primary" icon={kind} unavailable={unavailable}>
          {texts.submit}
        </Button>
      </ContactSearch>
    </Modal>
  );
}
