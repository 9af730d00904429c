import type { AgentClient } from '@finesse-ha/client';
import { useFinesse } from '@finesse-ha/react';
import { useId, useState } from 'react';
import type { Attempt } from '../failures/wording.js';
import { useUnavailable } from '../finesse/use-service.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Icon, type IconName } from '../ui/Icon.js';
import { Timer } from '../ui/Timer.js';
import { useAction } from '../ui/use-action.js';
import styles from './CallCard.module.css';
import { CallData } from './CallData.js';
import type { Call, CallAction } from './call-model.js';
import { TargetDialog } from './TargetDialog.js';
import { TonesDialog } from './TonesDialog.js';
import { WrapUpReason } from './WrapUp.js';

interface ActionView {
  icon: IconName;
  tone?: 'good' | 'bad' | 'primary';
  /** What it does at once; without it a dialog opens that asks for more. */
  at?: { attempt: Attempt; perform(client: AgentClient, callId: string): Promise<unknown> };
}

const actionViews: Readonly<Record<CallAction, ActionView>> = {
  ANSWER: {
    icon: 'phone',
    tone: 'good',
    at: { attempt: 'answer', perform: (client, id) => client.answer(id) },
  },
  RETRIEVE: {
    icon: 'play',
    tone: 'primary',
    at: { attempt: 'retrieve', perform: (client, id) => client.retrieve(id) },
  },
  HOLD: { icon: 'pause', at: { attempt: 'hold', perform: (client, id) => client.hold(id) } },
  CONSULT_CALL: { icon: 'consult' },
  TRANSFER_SST: { icon: 'transfer' },
  TRANSFER: { icon: 'transfer', at: { attempt: 'transfer', perform: (client, id) => client.transfer(id) } },
  CONFERENCE: { icon: 'join', at: { attempt: 'conference', perform: (client, id) => client.conference(id) } },
  SEND_DTMF: { icon: 'keypad' },
  BARGE_CALL: {
    icon: 'join',
    tone: 'primary',
    at: { attempt: 'barge', perform: (client, id) => client.barge(id) },
  },
  DROP: { icon: 'hangUp', tone: 'bad', at: { attempt: 'drop', perform: (client, id) => client.drop(id) } },
};

const directionIcons: Readonly<Record<Call['direction'], IconName>> = {
  incoming: 'incoming',
  outgoing: 'outgoing',
  internal: 'phone',
  consult: 'consult',
  conference: 'people',
  monitor: 'headset',
};

/** One call with everything that can be done with it. */
export function CallCard({ call, name }: { call: Call; name: string | null }) {
  const client = useFinesse();
  const unavailable = useUnavailable();
  const { busy, run } = useAction();
  const [asking, setAsking] = useState<'consult' | 'transfer' | 'tones' | null>(null);
  const heading = useId();
  const { calls } = strings;

  const press = (action: CallAction) => {
    const { at } = actionViews[action];
    if (at !== undefined) void run(at.attempt, () => at.perform(client, call.id));
    else setAsking(action === 'CONSULT_CALL' ? 'consult' : action === 'TRANSFER_SST' ? 'transfer' : 'tones');
  };
  const choose = (number: string) => {
    const kind = asking;
    setAsking(null);
    if (kind === 'consult') void run('consult', () => client.consult(call.id, number));
    else void run('transfer', () => client.transferTo(call.id, number));
  };

  return (
    <article className={styles.card} data-state={call.state} aria-labelledby={heading} data-testid="call">
      <header className={styles.head}>
        <span className={styles.direction}>
          <Icon name={directionIcons[call.direction]} size={20} />
        </span>
        <div className={styles.who}>
          <h3 id={heading}>{name ?? call.other}</h3>
          <p className={styles.facts}>
            <span>{calls.direction[call.direction]}</span>
            {name !== null && <span className="tabular">{call.other}</span>}
            {call.queue !== '' && <span>{call.queue}</span>}
            {call.queue === '' && call.dialedNumber !== '' && call.dialedNumber !== call.other && (
              <span>
                {calls.dialed} {call.dialedNumber}
              </span>
            )}
          </p>
        </div>
        <div className={styles.times}>
          <p className={styles.state}>{calls.state[call.state] ?? call.state}</p>
          <p className={styles.timer}>
            <Timer sinceAt={call.startedAt} />
          </p>
          {call.state === 'HELD' && (
            <p className={styles.held}>
              {calls.held} <Timer sinceAt={call.stateSinceAt} />
            </p>
          )}
        </div>
      </header>
      {call.actions.length > 0 && (
        <div role="group" aria-label={calls.with(name ?? call.other)} className={styles.actions}>
          {call.actions.map((action) => {
            const { icon, tone, at } = actionViews[action];
            return (
              <Button
                key={action}
                icon={icon}
                tone={tone ?? 'plain'}
                busy={busy !== null && busy === at?.attempt}
                unavailable={unavailable}
                className={action === 'DROP' ? styles.drop : ''}
                onClick={() => press(action)}
              >
                {action === 'DROP' && call.direction === 'monitor'
                  ? calls.action.dropMonitor
                  : calls.action[action]}
              </Button>
            );
          })}
        </div>
      )}
      {call.others.length > 1 && <Participants call={call} unavailable={unavailable} />}
      {call.direction !== 'monitor' && <CallData call={call} unavailable={unavailable} />}
      {call.mayEditData && <WrapUpReason call={call} unavailable={unavailable} />}
      {(asking === 'consult' || asking === 'transfer') && (
        <TargetDialog kind={asking} onChoose={choose} onClose={() => setAsking(null)} />
      )}
      {asking === 'tones' && <TonesDialog callId={call.id} onClose={() => setAsking(null)} />}
    </article>
  );
}

function Participants({ call, unavailable }: { call: Call; unavailable: string | undefined }) {
  const client = useFinesse();
  const { busy, run } = useAction();
  const { calls } = strings;
  return (
    <ul aria-label={calls.participants} className={styles.participants}>
      {call.others.map(({ mediaAddress, state }) => (
        <li key={mediaAddress}>
          <span className="tabular">{mediaAddress}</span>
          <span className={styles.facts}>{calls.state[state] ?? state}</span>
          {call.mayDropParticipants && (
            <Button
              iconOnly
              icon="close"
              tone="quiet"
              busy={busy !== null}
              unavailable={unavailable}
              onClick={() => void run('dropParticipant', () => client.dropParticipant(call.id, mediaAddress))}
            >
              {calls.action.dropParticipant(mediaAddress)}
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
