import { useAvailability, useDialogs, useFinesse, useUser } from '@finesse-ha/react';
import { useEffect, useReducer } from 'react';
import { callOf, isLive } from '../calls/call-model.js';
import { useNodeNames } from '../deployment-context.js';
import { strings } from '../strings/index.js';
import { Button } from '../ui/Button.js';
import { Icon } from '../ui/Icon.js';
import { Timer } from '../ui/Timer.js';
import { type BannerWording, bannerWording } from './banner-wording.js';
import { followMeanwhile, noMeanwhile } from './meanwhile.js';
import { meanwhileWording } from './meanwhile-wording.js';
import styles from './ServiceBanner.module.css';

/** After this long nobody needs to be told any more what changed. */
const outdatedMs = 5 * 60_000;

interface ServiceBannerProps {
  onDetails(): void;
  onSignIn(): void;
}

/** What failed, what is being done and for how long; after the recovery, what changed meanwhile. */
export function ServiceBanner({ onDetails, onSignIn }: ServiceBannerProps) {
  const client = useFinesse();
  const nameNode = useNodeNames();
  const extension = useUser()?.extension ?? '';
  const calls = useDialogs().filter((dialog) => isLive(callOf(dialog, extension))).length;
  const banner = bannerWording(useAvailability(), nameNode, calls);
  const [{ summary }, tell] = useReducer(followMeanwhile, noMeanwhile);
  const meanwhile = banner === null && summary !== null ? meanwhileWording(summary, nameNode, extension) : '';

  useEffect(() => client.on('*', tell), [client]);
  useEffect(() => {
    if (summary === null) return;
    const timer = setTimeout(() => tell({ type: 'dismissed' }), outdatedMs);
    return () => clearTimeout(timer);
  }, [summary]);

  return (
    <section aria-label={strings.banner.label} className={styles.place}>
      {banner !== null && (
        <div className={`${styles.banner} ${styles[banner.tone]}`} data-testid="service-banner">
          <Icon name="alert" size={22} />
          <div className={styles.text}>
            <p role="alert" className={styles.title}>
              {banner.title}
            </p>
            <p>
              <span role="status">{banner.doing}</span> <span className={styles.impact}>{banner.impact}</span>
            </p>
          </div>
          {banner.sinceAt !== null && (
            <p className={styles.since}>
              <span>{strings.banner.since}</span> <Timer sinceAt={banner.sinceAt} />
            </p>
          )}
          <Remedy banner={banner} onSignIn={onSignIn} onDetails={onDetails} />
        </div>
      )}
      {meanwhile !== '' && (
        <div className={`${styles.banner} ${styles.recovered}`} data-testid="meanwhile">
          <Icon name="check" size={22} />
          <div className={styles.text}>
            <p>{meanwhile}</p>
          </div>
          <Button iconOnly icon="close" tone="quiet" onClick={() => tell({ type: 'dismissed' })}>
            {strings.dismiss}
          </Button>
        </div>
      )}
      {/* A live region speaks only if it was there before its text. */}
      <p role="status" className="visually-hidden">
        {meanwhile}
      </p>
    </section>
  );
}

function Remedy({ banner, onSignIn, onDetails }: { banner: BannerWording } & ServiceBannerProps) {
  const client = useFinesse();
  // What comes of it is told by the client's announcements, which this banner shows.
  const connect = () => void client.connect().catch(() => undefined);
  switch (banner.remedy) {
    case 'none':
      return <Button onClick={onDetails}>{strings.banner.details}</Button>;
    case 'sign-in':
      return (
        <Button tone="primary" onClick={onSignIn}>
          {strings.banner.toSignIn}
        </Button>
      );
    case 'connect':
    case 'take-over':
      return (
        <Button tone="primary" onClick={connect}>
          {banner.remedy === 'connect' ? strings.banner.reconnect : strings.banner.takeOver}
        </Button>
      );
  }
}
