export {
  type FaultName,
  type FaultVariant,
  faultNames,
  LabError,
  type NodeName,
  variantsOf,
} from '@finesse-ha/lab';
export type { NodeEndpoints } from './endpoints.js';
export { startLab, type TestAgent, TestLab, type TestLabOptions } from './test-lab.js';
