import type { ComponentProps, MouseEvent, ReactNode } from 'react';
import styles from './Button.module.css';
import { Icon, type IconName } from './Icon.js';

interface ButtonProps extends Omit<ComponentProps<'button'>, 'children' | 'disabled' | 'title'> {
  children: ReactNode;
  icon?: IconName;
  tone?: 'plain' | 'primary' | 'good' | 'bad' | 'quiet';
  /** Shows the icon only; the text is the accessible name. */
  iconOnly?: boolean;
  /** The action is under way. */
  busy?: boolean;
  /**
   * Why it cannot be used now. It stays where it is and keeps the focus (a failure must not throw anybody off the
   * button they are on); the reason is its description.
   */
  unavailable?: string | undefined;
}

export function Button({
  children,
  icon,
  tone = 'plain',
  iconOnly = false,
  busy = false,
  unavailable,
  onClick,
  className = '',
  type = 'button',
  ...rest
}: ButtonProps) {
  const blocked = busy || unavailable !== undefined;
  const onPress = (event: MouseEvent<HTMLButtonElement>) => {
    if (blocked) event.preventDefault();
    else onClick?.(event);
  };
  const tip = unavailable ?? (iconOnly && typeof children === 'string' ? children : undefined);
  return (
    <button
      {...rest}
      type={type}
      className={`${styles.button} ${styles[tone]} ${iconOnly ? styles.iconOnly : ''} ${className}`}
      aria-disabled={blocked || undefined}
      aria-busy={busy || undefined}
      title={tip}
      onClick={onPress}
    >
      {icon !== undefined && <Icon name={icon} />}
      <span className={iconOnly ? 'visually-hidden' : styles.label}>{children}</span>
    </button>
  );
}
