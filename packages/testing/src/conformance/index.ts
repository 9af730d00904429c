export { ClientStartError } from './client-process.js';
export { environmentHelp, environmentOf } from './environment.js';
export { type ConformancePlan, conformanceFaults, defaultFaults, parseFault } from './plan.js';
export { conformanceRules, type Judgement, type Rule } from './rules.js';
export { type ConformanceOptions, type ConformanceRow, runConformance } from './run.js';
