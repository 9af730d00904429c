export { type Broken, type CheckHooks, type CheckResult, check } from './checker/check.js';
export { type Configuration, configurations } from './checker/configurations.js';
export type { PropertyId } from './checker/monitor.js';
export { type Property, properties } from './checker/properties.js';
export type { Core } from './checker/step.js';
export { type Verdict, type Verification, type VerifyOptions, verify } from './checker/verify.js';
