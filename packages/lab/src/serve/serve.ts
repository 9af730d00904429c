import { LabError } from '../deployment.js';
import { readDeploymentFile } from './deployment-file.js';
import { planDeployment } from './serve-plan.js';
import { Supervisor, type SupervisorObserver } from './supervisor.js';

/**
 * Reads a deployment's file and makes what runs its processes; starts nothing yet.
 * @throws {LabError} one line that names the file, the place and what is wrong with it
 */
export function prepareDeployment(file: string, observer: SupervisorObserver): Supervisor {
  const deployment = readDeploymentFile(file);
  try {
    return new Supervisor(planDeployment(deployment), observer);
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
