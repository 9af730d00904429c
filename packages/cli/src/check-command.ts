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
  checkExitCodes,
  checkLine,
  defaultThresholds,
  judge,
  lookAtNode,
  RefusedError,
} from '@finesse-ha/monitor';
import { type Command, CommanderError } from 'commander';
import { readCa } from './ca.js';
import { CommandError } from './exit.js';

interface CheckOptions {
  warning: string;
  critical: string;
  timeout: string;
  user?: string;
  wsPort?: string;
  ca?: string;
  single?: true;
  json?: true;
}

const { UNKNOWN } = checkExitCodes;

/** `finesse-ha check`: one look at a pair for Nagios, Icinga and their kind. */
export function addCheckCommand(program: Command): void {
  const defaults = defaultThresholds.roundTripMs;
  program
    .command('check')
    .summary('one look at a pair, as a Nagios plug-in')
    .description(
      'Looks once and prints one line with performance data. Exit code 0: both nodes are up; 1 (warning): one is, or a\n' +
        'threshold is passed; 2 (critical): none is, or a critical threshold is passed; 3 (unknown): it could not be told.\n' +
        'With one URL the other node is learned from SystemInfo. With --user, whose password is taken from the environment\n' +
        'variable FINESSE_PASSWORD, XMPP and the presence of `finesse` are looked at too.',
    )
    .argument('<URL>', 'REST URL of a node, such as https://fin-a.example:8445')
    .argument('[URL2]', 'the other node')
    .option('-w, --warning <ms>', 'round trip of SystemInfo that is a warning', String(defaults.warning))
    .option('-c, --critical <ms>', 'round trip of SystemInfo that is critical', String(defaults.critical))
    .option('-t, --timeout <seconds>', 'for each answer of a node', '5')
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
  FINESSE_PASSWORD=... finesse-ha check https://fin-a.example:8445 --user monitor1`,
    )
    // By the conventions a wrong command line is "unknown"; 2 would raise a critical alarm.
    .exitOverride((error) => {
      throw error.exitCode === 0 ? error : new CommanderError(UNKNOWN, error.code, error.message);
    })
    .action(async (url: string, second: string | undefined, options: CheckOptions) => {
      const { result, allWell } = await checked(second === undefined ? [url] : [url, second], options);
      const text = options.json ? JSON.stringify(result) : checkLine(result, allWell);
      process.stdout.write(`${text}\n`);
      process.exitCode = checkExitCodes[result.status];
    });
}

async function checked(
  urls: readonly string[],
  options: CheckOptions,
): Promise<{ result: CheckResult; allWell: string }> {
  const warning = atLeast('--warning', options.warning, 0);
  const critical = atLeast('--critical', options.critical, 0);
  if (warning > critical) throw new CommandError('--warning must not be more than --critical', UNKNOWN);
  const timeoutMs = atLeast('--timeout', options.timeout, 0.1) * 1_000;
  const password = process.env.FINESSE_PASSWORD ?? '';
  const { user } = options;
  if (user !== undefined && password === '') {
    throw new CommandError('--user needs the password in the environment variable FINESSE_PASSWORD', UNKNOWN);
  }
  const ca = options.ca === undefined ? undefined : readCa(options.ca, UNKNOWN);
  const named = urls.map((url, index) => origin(url, index));
  const platform = createPlatform();
  try {
    const nodes = options.single ? named : await pair(platform, named, { timeoutMs, ca });
    const looks = await Promise.all(
      nodes.map((node) =>
        lookAtNode(platform, node, {
          timeoutMs,
          ca,
          credentials: user === undefined ? undefined : { user, password },
          webSocketPort: options.wsPort === undefined ? undefined : atLeast('--ws-port', options.wsPort, 1),
        }),
      ),
    );
    const thresholds = { ...defaultThresholds, roundTripMs: { warning, critical } };
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
