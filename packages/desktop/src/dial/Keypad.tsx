import { strings } from '../strings/index.js';
import styles from './Keypad.module.css';

const keys = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '0', '#'];

/** The twelve keys of a telephone. */
export function Keypad({
  unavailable,
  onDigit,
}: {
  unavailable?: string | undefined;
  onDigit(digit: string): void;
}) {
  return (
    <div role="group" aria-label={strings.dial.keypad} className={styles.keypad}>
      {keys.map((digit) => (
        <button
          key={digit}
          type="button"
          aria-label={strings.dial.digit(digit)}
          aria-disabled={unavailable === undefined ? undefined : true}
          title={unavailable}
          onClick={() => {
            if (unavailable === undefined) onDigit(digit);
          }}
        >
          {digit}
        </button>
      ))}
    </div>
  );
}
