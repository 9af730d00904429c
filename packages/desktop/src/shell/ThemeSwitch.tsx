import { useState } from 'react';
import { strings } from '../strings/index.js';
import { applyTheme, storedTheme, themes } from '../theme/theme.js';
import { Icon } from '../ui/Icon.js';
import styles from './ThemeSwitch.module.css';

const icons = { system: 'system', light: 'sun', dark: 'moon' } as const;

/** Light, dark, or as the system. */
export function ThemeSwitch() {
  const [theme, setTheme] = useState(storedTheme);
  return (
    <fieldset className={styles.switch}>
      <legend className="visually-hidden">{strings.theme.label}</legend>
      {themes.map((choice) => (
        <label key={choice} title={strings.theme[choice]}>
          <input
            type="radio"
            name="theme"
            className="visually-hidden"
            checked={theme === choice}
            onChange={() => {
              applyTheme(choice);
              setTheme(choice);
            }}
          />
          <Icon name={icons[choice]} size={16} />
          <span className="visually-hidden">{strings.theme[choice]}</span>
        </label>
      ))}
    </fieldset>
  );
}
