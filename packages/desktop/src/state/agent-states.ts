import { strings } from '../strings/index.js';

/** A state's name for people. */
export function stateLabel(state: string): string {
  return strings.agentState[state] ?? state;
}

/** The colour family of a state, next to its name and never instead of it. */
export type StateTone = 'good' | 'call' | 'warn' | 'work' | 'idle';

/** @param state as the API names it (dev guide 12.5 p.73) */
export function stateTone(state: string): StateTone {
  switch (state) {
    case 'READY':
      return 'good';
    case 'TALKING':
    case 'HOLD':
    case 'RESERVED':
    case 'RESERVED_OUTBOUND':
    case 'RESERVED_OUTBOUND_PREVIEW':
      return 'call';
    case 'NOT_READY':
      return 'warn';
    case 'WORK':
    case 'WORK_READY':
      return 'work';
    default:
      return 'idle';
  }
}
