import { useEffect, useId, useState } from 'react';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { useMessages } from '../ui/Messages.js';
import styles from './LabFaults.module.css';
import { breakIt, type LabFault, type LabState, labState, mend } from './lab-control.js';

/** How often it is asked for what somebody else has broken: another desktop, or the command line. */
const pollMs = 2_000;
const nodes = ['primary', 'secondary'] as const;

/** Buttons for each fault of a lab. */
export function LabFaults({ controlUrl }: { controlUrl: string }) {
  const heading = useId();
  const [state, setState] = useLabState(controlUrl);
  const [node, setNode] = useState<(typeof nodes)[number]>('primary');
  const [busy, setBusy] = useState<string | null>(null);
  const messages = useMessages();
  const { faults } = strings;

  const run = async (name: string, action: () => Promise<LabState>) => {
    setBusy(name);
    try {
      setState(await action());
    } catch (error) {
      messages.fail({ title: faults.failed, detail: error instanceof Error ? error.message : String(error) });
    } finally {
      setBusy(null);
    }
  };

  return (
    <section aria-labelledby={heading} className={styles.card} data-testid="faults">
      <header className={styles.head}>
        <h3 id={heading}>{faults.title}</h3>
        <fieldset className={styles.nodes}>
          <legend className="visually-hidden">{faults.whose}</legend>
          {nodes.map((name) => (
            <label key={name}>
              <input type="radio" name="fault-node" checked={node === name} onChange={() => setNode(name)} />
              <span>{strings.node[name]?.short ?? name}</span>
            </label>
          ))}
        </fieldset>
      </header>
      {state === null ? (
        <p className={styles.soft}>{faults.unreachable}</p>
      ) : (
        <ul className={styles.list}>
          {state.scenarios.map(({ name, variants }) => (
            <Scenario
              key={name}
              name={name}
              variants={variants}
              broken={state.broken.find((fault) => fault.scenario === name && fault.node === node)}
              busy={busy === name}
              onBreak={(variant) =>
                void run(name, () => breakIt(controlUrl, { scenario: name, node, variant }))
              }
              onMend={(fault) => void run(name, () => mend(controlUrl, fault))}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface ScenarioProps {
  name: string;
  variants: readonly string[];
  broken: LabFault | undefined;
  busy: boolean;
  onBreak(variant: string): void;
  onMend(fault: LabFault): void;
}

function Scenario({ name, variants, broken, busy, onBreak, onMend }: ScenarioProps) {
  const { faults } = strings;
  const title = faults.scenario[name] ?? { title: name, detail: '' };
  return (
    <li className={styles.scenario} data-scenario={name} data-broken={broken !== undefined}>
      <div className={styles.text}>
        <p className={styles.title}>{title.title}</p>
        <p className={styles.soft}>{broken === undefined ? title.detail : faults.broken}</p>
      </div>
      <div role="group" aria-label={title.title} className={styles.buttons}>
        {broken === undefined ? (
          variants.map((variant) => (
            <Button key={variant} busy={busy} onClick={() => onBreak(variant)}>
              {faults.variant(name, variant)}
            </Button>
          ))
        ) : (
          <Button icon="restore" tone="good" busy={busy} onClick={() => onMend(broken)}>
            {faults.mend}
          </Button>
        )}
      </div>
    </li>
  );
}

/** What the lab says; null while it does not answer. */
function useLabState(controlUrl: string): [LabState | null, (state: LabState) => void] {
  const [state, setState] = useState<LabState | null>(null);
  useEffect(() => {
    const ended = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      const told = await labState(controlUrl, ended.signal).catch(() => null);
      if (ended.signal.aborted) return;
      setState(told);
      timer = setTimeout(() => void look(), pollMs);
    };
    void look();
    return () => {
      ended.abort();
      clearTimeout(timer);
    };
  }, [controlUrl]);
  return [state, setState];
}
