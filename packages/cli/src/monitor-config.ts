import { ConfigError, type MonitorConfig, readConfig } from '@finesse-ha/monitor';
import { CommandError } from './exit.js';

/** What `--config`, the arguments and the environment together say of the nodes to look at. */
export interface MonitorTarget {
  urls: readonly string[];
  credentials: { user: string; password: string } | null;
  /** File of the certificate authority. */
  ca: string | undefined;
}

/** The file of `--config`; empty without one. @throws {CommandError} with a line for each thing wrong */
export function configOf(file: string | undefined, exitCode = 2): Partial<MonitorConfig> {
  if (file === undefined) return {};
  try {
    return readConfig(file, process.env);
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandError(error.message, exitCode);
    throw error;
  }
}

/**
 * What the command line says stands before what the file says.
 * @throws {CommandError} without a node, or with a user and no password
 */
export function monitorTarget(
  urls: readonly string[],
  options: { user?: string; ca?: string },
  config: Partial<MonitorConfig>,
  exitCode = 2,
): MonitorTarget {
  const nodes = urls.length > 0 ? urls : (config.nodes ?? []);
  if (nodes.length === 0)
    throw new CommandError('name the URL of a node, or a --config file with nodes', exitCode);
  const user = options.user ?? config.user;
  const password = options.user === undefined ? config.password : process.env.FINESSE_PASSWORD;
  if (user !== undefined && (password ?? '') === '') {
    throw new CommandError(
      '--user needs the password in the environment variable FINESSE_PASSWORD',
      exitCode,
    );
  }
  return {
    urls: nodes,
    credentials: user === undefined || password === undefined ? null : { user, password },
    ca: options.ca ?? config.ca,
  };
}
