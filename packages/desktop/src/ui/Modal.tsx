import { type ReactNode, useEffect, useId, useRef } from 'react';
import { strings } from '../strings/index.js';
import { Button } from './Button.js';
import styles from './Modal.module.css';

/**
 * A modal dialog while it is mounted. The browser's own `<dialog>` keeps the focus inside, closes on Escape and gives the
 * focus back to where it was.
 */
export function Modal({ title, onClose, children }: { title: string; onClose(): void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const dialog = ref.current;
    dialog?.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={ref}
      className={styles.modal}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => {
        if (event.target === ref.current) onClose();
      }}
    >
      <div className={styles.content}>
        <header className={styles.head}>
          <h2 id={heading}>{title}</h2>
          <Button iconOnly icon="close" tone="quiet" onClick={onClose}>
            {strings.close}
          </Button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
