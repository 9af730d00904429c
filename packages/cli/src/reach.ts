import { LabError } from '@finesse-ha/lab';
import { CommandError } from './exit.js';

/** Asks the running lab. @throws {CommandError} in one sentence when there is none, or it refuses */
export async function reach<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof LabError) throw new CommandError(error.message);
    throw error;
  }
}
