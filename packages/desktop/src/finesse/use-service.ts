import { strings } from '../strings/index.js';
import { useAvailability } from './hooks.js';

/** Why nothing can be asked of Finesse now; undefined while a node is in service. */
export function useUnavailable(): string | undefined {
  const { status } = useAvailability();
  if (status === 'in-service') return undefined;
  return status === 'ended' ? strings.service.ended : strings.service.unusable;
}
