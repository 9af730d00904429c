import { useFinesse } from '@finesse-ha/react';
import { type FormEvent, useId, useState } from 'react';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Field } from '../ui/Field.js';
import { useAction } from '../ui/use-action.js';
import styles from './CallData.module.css';
import type { Call } from './call-model.js';

/** What the call carries; editable where the agent may change it. */
export function CallData({ call, unavailable }: { call: Call; unavailable: string | undefined }) {
  const [editing, setEditing] = useState(false);
  const heading = useId();
  const { calls } = strings;
  const shown = call.variables.filter(({ value }) => value !== '');
  return (
    <div role="group" aria-labelledby={heading} className={styles.data}>
      <header className={styles.head}>
        <h4 id={heading}>{calls.variables}</h4>
        {call.mayEditData && !editing && (
          <Button iconOnly icon="edit" tone="quiet" onClick={() => setEditing(true)}>
            {calls.editVariables}
          </Button>
        )}
      </header>
      {editing ? (
        <DataForm call={call} unavailable={unavailable} onClose={() => setEditing(false)} />
      ) : shown.length === 0 ? (
        <p className={styles.none}>{calls.noVariables}</p>
      ) : (
        <dl className={styles.list}>
          {shown.map(({ name, value }) => (
            <div key={name}>
              <dt>{calls.variable(name)}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
    </div>
  );
}

interface DataFormProps {
  call: Call;
  unavailable: string | undefined;
  onClose(): void;
}

function DataForm({ call, unavailable, onClose }: DataFormProps) {
  const client = useFinesse();
  const { busy, run } = useAction();
  // What is being typed is not overwritten by news of the call.
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() => editableValues(call));
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unavailable !== undefined) return;
    const known = editableValues(call);
    const callVariables = Object.fromEntries(
      Object.entries(values).filter(([name, value]) => known[name] !== value),
    );
    if (Object.keys(callVariables).length === 0) {
      onClose();
      return;
    }
    void run('callData', () => client.updateCallData(call.id, { callVariables })).then((done) => {
      if (done) onClose();
    });
  };
  return (
    <form onSubmit={submit} className={styles.form}>
      <div className={styles.list}>
        {Object.entries(values).map(([name, value]) => (
          <Field
            key={name}
            label={strings.calls.variable(name)}
            value={value}
            onChange={({ target }) => setValues((present) => ({ ...present, [name]: target.value }))}
          />
        ))}
      </div>
      <div className={styles.row}>
        <Button type="submit" tone="primary" busy={busy !== null} unavailable={unavailable}>
          {strings.save}
        </Button>
        <Button onClick={onClose}>{strings.cancel}</Button>
      </div>
    </form>
  );
}

/** All ten call variables (dev guide 12.5 p.78), whether set or not, and the ECC variables that the call has. */
function editableValues({ variables }: Call): Record<string, string> {
  const ten = Array.from({ length: 10 }, (_, index) => [`callVariable${index + 1}`, ''] as const);
  return {
    ...Object.fromEntries(ten),
    ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
  };
}
