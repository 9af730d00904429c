import { useFinesse, useLookup } from '@finesse-ha/react';
import { useId } from 'react';
import { strings } from '../strings/index.js';
import { useMessages } from '../ui/Messages.js';
import { useAction } from '../ui/use-action.js';
import type { Call } from './call-model.js';
import styles from './WrapUp.module.css';

/** The reason of a call: chosen during it or afterwards, saved as it is chosen. */
export function WrapUpReason({ call, unavailable }: { call: Call; unavailable: string | undefined }) {
  const client = useFinesse();
  const messages = useMessages();
  const { busy, run } = useAction();
  const reasons = useLookup('wrapUpReasons', (finesse) => finesse.wrapUpReasons());
  const id = useId();
  const { wrapUp } = strings;
  const labels = reasons.state === 'there' ? reasons.value.map(({ label }) => label) : [];
  // A reason that was set elsewhere is shown even where this agent could not choose it.
  const options =
    call.wrapUpReason === '' || labels.includes(call.wrapUpReason) ? labels : [call.wrapUpReason, ...labels];
  const save = (wrapUpReason: string) => {
    if (unavailable !== undefined || wrapUpReason === '') return;
    void run('callData', () => client.updateCallData(call.id, { wrapUpReason })).then((done) => {
      if (done) messages.done(wrapUp.saved);
    });
  };
  if (reasons.state === 'there' && options.length === 0) return null;
  return (
    <div className={styles.reason}>
      <label htmlFor={id}>{wrapUp.reason}</label>
      <select
        id={id}
        value={call.wrapUpReason}
        disabled={unavailable !== undefined || busy !== null || reasons.state === 'loading'}
        title={unavailable}
        onChange={({ target }) => save(target.value)}
      >
        <option value="">{reasons.state === 'loading' ? strings.loading : wrapUp.choose}</option>
        {options.map((label) => (
          <option key={label} value={label}>
            {label}
          </option>
        ))}
      </select>
    </div>
  );
}
