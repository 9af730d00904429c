import { useElapsed } from '@finesse-ha/react';
import { duration, isoDuration } from '../strings/format.js';

/** A running time. Readers find it when they look, it does not interrupt them. */
export function Timer({ sinceAt, className }: { sinceAt: number | null; className?: string | undefined }) {
  const elapsed = useElapsed(sinceAt);
  return (
    <time className={className} dateTime={isoDuration(elapsed)} aria-live="off">
      {sinceAt === null ? '' : duration(elapsed)}
    </time>
  );
}
