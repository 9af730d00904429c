import { useFinesse } from '@finesse-ha/react';
import { type FormEvent, useId, useState } from 'react';
import { useUnavailable } from '../finesse/use-service.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { useMessages } from '../ui/Messages.js';
import { Modal } from '../ui/Modal.js';
import { useAction } from '../ui/use-action.js';
import styles from './TeamView.module.css';

/** Characters of a team message (dev guide, TeamMessage API). */
const most = 255;
const minutesOffered = [5, 15, 30, 60];

/** A message to everybody of a team. */
export function MessageDialog({ teamId, onClose }: { teamId: string; onClose(): void }) {
  const client = useFinesse();
  const messages = useMessages();
  const unavailable = useUnavailable();
  const { busy, run } = useAction();
  const [content, setContent] = useState('');
  const [minutes, setMinutes] = useState(15);
  const id = useId();
  const { team } = strings;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (unavailable !== undefined || content.trim() === '') return;
    const message = { content: content.trim(), teams: [teamId], durationSeconds: minutes * 60 };
    void run('message', () => client.sendTeamMessage(message)).then((done) => {
      if (!done) return;
      messages.done(team.sent);
      onClose();
    });
  };
  return (
    <Modal title={team.message} onClose={onClose}>
      <form onSubmit={submit} className={styles.form}>
        <label htmlFor={`${id}-text`}>{team.messageText}</label>
        <textarea
          id={`${id}-text`}
          rows={4}
          required
          maxLength={most}
          value={content}
          aria-describedby={`${id}-left`}
          onChange={({ target }) => setContent(target.value)}
        />
        <p id={`${id}-left`} className={styles.soft}>
          {team.left(most - content.length)}
        </p>
        <label htmlFor={`${id}-for`}>{team.messageFor}</label>
        <select id={`${id}-for`} value={minutes} onChange={({ target }) => setMinutes(Number(target.value))}>
          {minutesOffered.map((offered) => (
            <option key={offered} value={offered}>
              {team.minutes(offered)}
            </option>
          ))}
        </select>
        <Button type="submit" tone="primary" busy={busy !== null} unavailable={unavailable}>
          {team.send}
        </Button>
      </form>
    </Modal>
  );
}
