export { type LabCertificate, makeCertificate } from './certificates.js';
export type { ProcessPlan } from './configs.js';
export { Control, type ControlCommand, type ControlStatus, callControl, controlFile } from './control.js';
export {
  type CtiPorts,
  type Deployment,
  type LabAgent,
  LabError,
  type NodeName,
  type NodePorts,
  nodeNames,
  type Places,
} from './deployment.js';
export { type DrillOptions, runDrill } from './drill/drill.js';
export { allRows, type RowPlan, type RowResult, scenarios } from './drill/rows.js';
export {
  allFaultNames,
  type Breakable,
  breakLab,
  type Fault,
  type FaultName,
  type FaultVariant,
  faultNames,
  healLab,
  memberFaultNames,
  variantsOf,
} from './faults.js';
export { Lab, type LabEvents, type LabOptions, startLab } from './lab.js';
export type { PageControlState } from './page-control.js';
export type { AddressChoice } from './places.js';
export { LabProcess, type ProcessObserver } from './process.js';
export {
  type Component,
  components,
  type DeploymentFile,
  readDeploymentFile,
} from './serve/deployment-file.js';
export { prepareDeployment } from './serve/serve.js';
export { planDeployment } from './serve/serve-plan.js';
export { Supervisor, type SupervisorObserver } from './serve/supervisor.js';
export { type Sample, type ServiceCounts, serviceCounts } from './soak/gauges.js';
export {
  type FaultReport,
  leaksOf,
  type Measure,
  measures,
  type ProcessReport,
  processReports,
  type SoakProblem,
  type SoakReport,
  type Spread,
  type Trend,
} from './soak/report.js';
export { runSoak, type SoakOptions } from './soak/soak.js';
