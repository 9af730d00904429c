import { type ReactNode, useEffect, useId, useRef, useState } from 'react';
import styles from './Popover.module.css';

interface PopoverProps {
  /** Names what opens. */
  label: string;
  trigger: ReactNode;
  triggerClass?: string | undefined;
  align?: 'start' | 'end';
  unavailable?: string | undefined;
  children(close: () => void): ReactNode;
}

/** A button that opens a panel below it: closed by Escape, by a choice, or when the focus or a press goes elsewhere. */
export function Popover({
  label,
  trigger,
  triggerClass,
  align = 'end',
  unavailable,
  children,
}: PopoverProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const id = useId();

  useEffect(() => {
    if (!open) return;
    panel.current?.querySelector<HTMLElement>('button:not([aria-disabled]), input, select')?.focus();
    const onPointerDown = ({ target }: PointerEvent) => {
      if (!(target instanceof Node) || !root.current?.contains(target)) setOpen(false);
    };
    document.addEventListener('pointerdown', onPointerDown);
    return () => document.removeEventListener('pointerdown', onPointerDown);
  }, [open]);

  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it listens for what bubbles up from the controls within.
    <div
      ref={root}
      className={styles.root}
      onKeyDown={(event) => {
        if (event.key === 'Escape' && open) {
          event.stopPropagation();
          close();
        } else if (open && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) {
          event.preventDefault();
          step(panel.current, event.key === 'ArrowDown' ? 1 : -1);
        }
      }}
      onBlur={({ relatedTarget }) => {
        if (relatedTarget !== null && !root.current?.contains(relatedTarget)) setOpen(false);
      }}
    >
      <button
        ref={button}
        type="button"
        className={`${styles.trigger} ${triggerClass ?? ''}`}
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-disabled={unavailable === undefined ? undefined : true}
        title={unavailable}
        onClick={() => {
          if (unavailable === undefined) setOpen(!open);
        }}
      >
        {trigger}
      </button>
      {open && (
        <div ref={panel} id={id} role="group" aria-label={label} className={styles.panel} data-align={align}>
          {children(close)}
        </div>
      )}
    </div>
  );
}

/** The arrow keys go through the buttons of an open panel. */
function step(panel: HTMLElement | null, by: 1 | -1): void {
  const buttons = [...(panel?.querySelectorAll<Element & HTMLOrSVGElement>('button') ?? [])];
  const { activeElement } = document;
  const at = activeElement === null ? -1 : buttons.indexOf(activeElement as Element & HTMLOrSVGElement);
  buttons[(at + by + buttons.length) % buttons.length]?.focus();
}
