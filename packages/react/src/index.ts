export {
  FinesseProvider,
  useAvailability,
  useDecisions,
  useDialogs,
  useElapsed,
  useFinesse,
  useQueues,
  useTeam,
  useUser,
} from './hooks.js';
export { type Lookup, useLookup } from './use-lookup.js';
