import {
  alternateOf,
  createPlatform,
  nodeOrigin,
  OptionError,
  type Platform,
  probeSystemInfo,
} from '@finesse-ha/client';
import {
  type CheckResult,
  type CheckThresholds,
  checkExitCodes,
  checkLine,
  defaultThresholds,
  judge,
  lookAtNode,
  type MonitorConfig,
  parseRange,
  type Range,
  RangeFormatError,
  RefusedError,
} from '@finesse-ha/monitor';
import { type Command, CommanderError } from 'commander';
import { readCa } from './ca.js';
import { CommandError } from './exit.js';
import { configOf, monitorTarget } from './monitor-config.js';

interface CheckOptions {
  config?: string;
  warning?: string;
  critical?: string;
  timeout?: string;
  user?: string;
  wsPort?: string;
  ca?: string;
  single?: true;
  json?: true;
}

const { UNKNOWN } = checkExitCodes;
const defaultTimeoutMs = 10_000;

/** `finesse-ha check`: one look at a pair for Nagios, Icinga and their kind. */
export function addCheckCommand(program: Command): void {
  const { warning, critical } = defaultThresholds.roundTripMs;
  program
    .command('check')
    .summary('one look at a pair, as a Nagios plug-in')
    .description(
      'Looks once and prints one line with performance data. Exit code 0: both nodes are up; 1 (warning): one is, or a\n' +
        'threshold is passed; 2 (critical): none is, or a critical threshold is passed; 3 (unknown): it could not be told.\n' +
        'With one URL the other node is learned from SystemInfo. With --user, whose password is taken from the environment\n' +
        'variable FINESSE_PASSWORD, XMPP and the presence of `finesse` are looked at too. A range is as in the Nagios\n' +
        'plug-in guidelines: 10 alerts below 0 and above 10, 10: below 10, ~:10 above 10, @10:20 from 10 to 20.',
    )
    .argument('[URL]', 'REST URL of a node, such as https://fin-a.example:8445')
    .argument('[URL2]', 'the other node')
    .option('--config <file>', 'YAML file with nodes, credentials and thresholds (docs/operations.md)')
    .option(
      '-w, --warning <range>',
      `round trip of SystemInfo in ms that is a warning (default: ${warning.text})`,
    )
    .option(
      '-c, --critical <range>',
      `round trip of SystemInfo in ms that is critical (default: ${critical.text})`,
    )
    .option('-t, --timeout <seconds>', `for the whole check (default: ${defaultTimeoutMs / 1_000})`)
    .option('--user <id>', 'user id; needs FINESSE_PASSWORD')
    .option('--ws-port <port>', 'port of the WebSocket, where it is not the REST port')
    .option('--ca <file>', 'PEM file with the certificate authority to trust')
    .option('--single', 'look at the node named only, not at the other one of its pair')
    .option('--json', 'one JSON object instead of the line')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha check https://fin-a.example:8445
  finesse-ha check https://fin-a.example:8445 https://fin-b.example:8445 -w 500 -c 2000 --timeout 3
  finesse-ha check --config /etc/finesse-ha/monitor.yaml
  FINESSE_PASSWORD=... finesse-ha check https://fin-a.example:8445 --user monitor1`,
    )
    // By the guidelines a wrong command line is "unknown"; 2 would raise a critical alarm.
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new CommanderError(UNKNOWN, error.code, error.message);
    })
    .action(async (url: string | undefined, second: string | undefined, options: CheckOptions) => {
      const urls = [url, second].filter((one) => one !== undefined);
      const { result, allWell } = await checked(urls, options);
      const text = options.json ? JSON.stringify(result) : checkLine(result, allWell);
      process.stdout.write(`${text}\n`);
      process.exitCode = checkExitCodes[result.status];
    });
}

async function checked(
  urls: readonly string[],
  options: CheckOptions,
): Promise<{ result: CheckResult; allWell: string }> {
  const config = configOf(options.config, UNKNOWN);
  const thresholds = thresholdsOf(options, config);
  const timeoutMs =
    options.timeout === undefined
      ? (config.check?.timeout ?? defaultTimeoutMs)
      : atLeast('--timeout', options.timeout, 0.1) * 1_000;
  const target = monitorTarget(urls, options, config, UNKNOWN);
  const ca = target.ca === undefined ? undefined : readCa(target.ca, UNKNOWN);
  const named = target.urls.map((url, index) => origin(url, index));
  const platform = createPlatform();
  const endsAt = platform.now() + timeoutMs;
  try {
    // Who must be learned first has half of the time for that, so that something is left to look at.
    const nodes = options.single ? named : await pair(platform, named, { timeoutMs: timeoutMs / 2, ca });
    const leftMs = Math.max(1, endsAt - platform.now());
    const looks = await Promise.all(
      nodes.map((node) =>
        lookAtNode(platform, node, {
          timeoutMs: leftMs,
          ca,
          credentials: target.credentials ?? undefined,
          transport: config.transport,
          webSocketPort:
            options.wsPort === undefined ? config.webSocketPort : atLeast('--ws-port', options.wsPort, 1),
        }),
      ),
    );
    return {
      result: judge(looks, thresholds, Date.now()),
      allWell: `${nodes.join(' and ')} ${nodes.length > 1 ? 'are' : 'is'} in service`,
    };
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    return { result: { status: 'UNKNOWN', problems: [error.message], perfData: '' }, allWell: '' };
  } finally {
    await platform.close();
  }
}

function thresholdsOf(
  { warning, critical }: CheckOptions,
  { check }: Partial<MonitorConfig>,
): CheckThresholds {
  const { roundTripMs, certificateDays, clockSkewMs } = defaultThresholds;
  const configured = check?.roundTripMs ?? roundTripMs;
  return {
    roundTripMs: {
      warning: warning === undefined ? configured.warning : rangeOf('--warning', warning),
      critical: critical === undefined ? configured.critical : rangeOf('--critical', critical),
    },
    certificateDays: check?.certificateDays ?? certificateDays,
    clockSkewMs: check?.clockSkewMs ?? clockSkewMs,
  };
}

function rangeOf(option: string, text: string): Range {
  try {
    return parseRange(text);
  } catch (error) {
    if (error instanceof RangeFormatError) throw new CommandError(`${option}: ${error.message}`, UNKNOWN);
    throw error;
  }
}

async function pair(
  platform: Platform,
  named: readonly string[],
  options: { timeoutMs: number; ca: string | undefined },
): Promise<readonly string[]> {
  const [first] = named;
  if (first === undefined || named.length > 1) return named;
  const { systemInfo } = await probeSystemInfo(platform, first, options);
  const alternate = systemInfo === null ? undefined : alternateOf(first, systemInfo);
  return alternate === undefined ? named : [first, alternate];
}

function origin(url: string, index: number): string {
  try {
    return nodeOrigin(`URL ${index + 1}`, url);
  } catch (error) {
    if (error instanceof OptionError) throw new CommandError(error.message, UNKNOWN);
    throw error;
  }
}

function atLeast(option: string, text: string, least: number): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value >= least) return value;
  throw new CommandError(`${option} must be a number of at least ${least}, not "${text}"`, UNKNOWN);
}
