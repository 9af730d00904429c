export { type Broken, type CheckHooks, type CheckResult, check } from './checker/check.js';
export { type Configuration, configurations } from './checker/configurations.js';
export type { Share } from './checker/explore.js';
export type { PropertyId } from './checker/monitor.js';
export { type Property, properties } from './checker/properties.js';
export type { TimeModel } from './checker/settings.js';
export type { Core } from './checker/step.js';
export { type Verdict, type Verification, type VerifyOptions, verify } from './checker/verify.js';
export { failoverPage } from './diagram/page.js';
export type { Fault, Place } from './simulator/faults.js';
export { minimize } from './simulator/minimize.js';
export type { Direction } from './simulator/network.js';
export type { Component, Damage } from './simulator/node.js';
export type { Breach, Invariant } from './simulator/observer.js';
export { type RunPlan, type RunResult, run } from './simulator/run.js';
export {
  type SimulatedFailure,
  type SimulateOptions,
  type Simulation,
  simulate,
} from './simulator/simulate.js';
