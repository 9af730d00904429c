import { useAvailability } from '@finesse-ha/react';
import { strings } from '../strings/index.js';

/** Why nothing can be asked of Finesse now; undefined while a node is in service. */
export function useUnavailable(): string | undefined {
  const { status } = useAvailability();
  if (status === 'in-service') return undefined;
  return status === 'ended' ? strings.service.ended : strings.service.unusable;
}
