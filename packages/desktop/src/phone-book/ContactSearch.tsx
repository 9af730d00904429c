import { useLookup } from '@finesse-ha/react';
import { type FormEvent, type ReactNode, useState } from 'react';
import { strings } from '../strings/index.js';
import { Field } from '../ui/Field.js';
import { Icon } from '../ui/Icon.js';
import styles from './ContactSearch.module.css';
import { dialableNumber, type Entry, loadEntries, searchEntries } from './contacts.js';

interface ContactSearchProps {
  label: string;
  /** What choosing somebody does, such as "Call". */
  verb: string;
  /** What is typed, which a keypad beside it may change too. */
  query: string;
  onQuery(query: string): void;
  /** Somebody was chosen, or a number was typed and confirmed. */
  onChoose(number: string): void;
  /** Why nothing can be chosen now. */
  unavailable?: string | undefined;
  /** What stands below the input: a button, a keypad. */
  children?: ReactNode;
  autoFocus?: boolean;
}

const shownAtOnce = 30;

/** One input for numbers and names: what matches in the phone books is offered below it. */
export function ContactSearch({
  label,
  verb,
  query,
  onQuery,
  onChoose,
  unavailable,
  children,
  autoFocus = false,
}: ContactSearchProps) {
  const book = useLookup('phoneBooks', loadEntries);
  const [error, setError] = useState<string | undefined>();
  const found = book.state === 'there' ? searchEntries(book.value, query) : [];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const number = dialableNumber(query) ?? (found.length === 1 ? found[0]?.number : undefined);
    if (number === undefined) setError(strings.dial.noNumber);
    else if (unavailable === undefined) onChoose(number);
  };
  return (
    <div className={styles.search}>
      <form onSubmit={submit} className={styles.form} noValidate>
        <Field
          label={label}
          value={query}
          error={error}
          autoComplete="off"
          spellCheck={false}
          autoFocus={autoFocus}
          onChange={({ target }) => {
            setError(undefined);
            onQuery(target.value);
          }}
        />
        {children}
      </form>
      <Results
        state={book.state}
        found={found}
        query={query}
        verb={verb}
        unavailable={unavailable}
        onChoose={onChoose}
      />
    </div>
  );
}

interface ResultsProps {
  state: 'loading' | 'failed' | 'there';
  found: readonly Entry[];
  query: string;
  verb: string;
  unavailable: string | undefined;
  onChoose(number: string): void;
}

function Results({ state, found, query, verb, unavailable, onChoose }: ResultsProps) {
  const { phoneBook } = strings;
  const nothing = query === '' ? phoneBook.empty : phoneBook.noMatch;
  const say = {
    loading: strings.loading,
    failed: phoneBook.failed,
    there: found.length === 0 ? nothing : '',
  };
  return (
    <section className={styles.results} aria-label={phoneBook.title}>
      <header className={styles.head}>
        <h3>{phoneBook.title}</h3>
        <p role="status" className={styles.note}>
          {state === 'there' && found.length > 0 ? phoneBook.results(found.length) : say[state]}
        </p>
      </header>
      <ul className={styles.list}>
        {found.slice(0, shownAtOnce).map(({ key, name, number, description }) => (
          <li key={key}>
            <button
              type="button"
              className={styles.entry}
              aria-disabled={unavailable === undefined ? undefined : true}
              title={unavailable}
              onClick={() => {
                if (unavailable === undefined) onChoose(number);
              }}
            >
              <span className={styles.name}>
                <span className="visually-hidden">{verb} </span>
                {name}
              </span>
              <span className={styles.number}>{number}</span>
              {description !== '' && <span className={styles.description}>{description}</span>}
              <Icon name="phone" size={16} />
            </button>
          </li>
        ))}
      </ul>
      {found.length > shownAtOnce && (
        <p className={styles.note}>{phoneBook.more(found.length - shownAtOnce)}</p>
      )}
    </section>
  );
}
