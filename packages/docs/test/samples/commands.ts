/** The command lines of shell samples, and what is done with each. */
import { Command } from 'commander';
import { root, type Sample } from './extract.js';

export interface CommandLine {
  /** As it stands in the page, without its remark. */
  text: string;
  env: Record<string, string>;
  /** The command and its arguments; `npx finesse-ha` and `finesse-ha` are one. */
  words: string[];
}

/** What is done with a command line. */
export type Plan =
  /** Run on the lab. It ends with one of the exit codes; with `until` it is interrupted when that is printed. */
  | { kind: 'run'; exit: readonly number[]; until?: RegExp; alone?: boolean }
  /** Not run, for a reason; its subcommand and options must be those of `--help`. */
  | { kind: 'help'; because: string }
  /** A script of package.json. */
  | { kind: 'script'; because: string }
  /** Not ours. */
  | { kind: 'none'; because: string };

const run = (exit: readonly number[], until?: RegExp): Plan =>
  until === undefined ? { kind: 'run', exit } : { kind: 'run', exit, until };
const help = (because: string): Plan => ({ kind: 'help', because });

/** In this order; the first that fits holds. A command that none fits fails the test. */
export const plans: readonly (readonly [RegExp, Plan])[] = [
  [/^finesse-ha (\S+ )?(--help|--version)$/, run([0])],
  [/^finesse-ha check/, run([0, 1])],
  [/^finesse-ha watch/, run([0], /IN.SERVICE|in.service/)],
  [/^finesse-ha incidents/, run([0])],
  [
    /^finesse-ha fault notification-member/,
    help('it needs a lab with clusters of ejabberd; packages/interop/test/cluster.test.ts breaks one'),
  ],
  // They break the lab: one after the other, when all else is done.
  [/^finesse-ha fault/, { kind: 'run', exit: [0], alone: true }],
  [/^finesse-ha simulate --seed \d+ --runs 1$/, run([0])],
  [
    /^finesse-ha serve .*--check/,
    help(
      'its file holds paths of a machine of the reader; the deployment files are checked by packages/cli/test/deploy-files.test.ts',
    ),
  ],
  [
    /^finesse-ha lab/,
    help('a second lab on the ports that the reader may have one on; packages/cli/test/lab.test.ts runs it'),
  ],
  [/^finesse-ha drill/, help('minutes; packages/cli/test/drill.test.ts plays every row')],
  [/^finesse-ha conformance/, help('a lab for each fault; packages/cli/test/conformance.test.ts runs it')],
  [/^finesse-ha calls/, help('goes on until Ctrl-C; packages/cli/test/lab.test.ts runs it')],
  [/^finesse-ha soak/, help('hours')],
  [/^finesse-ha serve/, help('servers that stay; packages/cli/test/serve.test.ts runs it')],
  [
    /^finesse-ha verify/,
    help('minutes of two processors; packages/cli/test/verify.test.ts and exhaustive.test.ts run it'),
  ],
  [/^finesse-ha simulate/, help('packages/cli/test/simulate.test.ts runs it')],
  [
    /^npm (start|test|run [\w:-]+|install|ci)\b/,
    { kind: 'script', because: 'the scripts are the build itself, or minutes of it' },
  ],
  [/^node [\w-]+\.mjs$/, { kind: 'none', because: 'the program above it, which is run as a sample' }],
  [/^node examples\//, { kind: 'none', because: 'examples.test.ts runs them' }],
  [/^promtool /, { kind: 'none', because: 'packages/monitor/test/alerts.test.ts runs it' }],
  [
    /^docker /,
    { kind: 'none', because: 'no Docker here; packages/cli/test/deploy-files.test.ts checks the files' },
  ],
  [/^(git clone|cd) /, { kind: 'none', because: 'how the reader comes to be where this test is' }],
  [/^apt-get install /, { kind: 'none', because: 'npm test does it (scripts/debian-packages.mjs)' }],
  [/^npx (vitest|vite|jest|playwright|changeset)\b/, { kind: 'none', because: "another project's tool" }],
  [
    /^node( --\S+)? dist\/\S+-main\.js/,
    { kind: 'none', because: 'what the lab starts for each of its processes' },
  ],
  [/^node --test$/, { kind: 'none', because: 'packages/testing/test/testing.test.ts runs it' }],
];

/** The command lines of a sample; a line that ends in a backslash goes on. */
export function commandsOf({ text }: Sample): CommandLine[] {
  return text
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#\s.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => {
      const words = split(line);
      const env: Record<string, string> = {};
      for (let first = words[0]; first !== undefined && /^[A-Z_]+=/.test(first); first = words[0]) {
        const at = first.indexOf('=');
        env[first.slice(0, at)] = first.slice(at + 1);
        words.shift();
      }
      if (words[0] === 'npx' && words[1] === 'finesse-ha') words.shift();
      return { text: line, env, words };
    });
}

/** Words as a shell takes them apart, with quotes; nothing that expands stands in our pages. */
function split(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replace(/["']/g, ''));
}

export function planOf({ words }: CommandLine): Plan | undefined {
  const text = words.join(' ');
  return plans.find(([pattern]) => pattern.test(text))?.[1];
}

/** The help of a subcommand of ours, without a process for each. @throws {Error} where there is none */
export async function helpOf(subcommand: string): Promise<string> {
  const module: Record<string, unknown> = await import(`${root}packages/cli/dist/${subcommand}-command.js`);
  const [add] = Object.values(module).filter((one) => typeof one === 'function');
  const program = new Command('finesse-ha');
  (add as (program: Command) => void)(program);
  return program.commands.find((one) => one.name() === subcommand)?.helpInformation() ?? '';
}

/** Options of a command line of ours that its help does not know. */
export function unknownOptions({ words }: CommandLine, helpText: string): string[] {
  const end = words.indexOf('--');
  const own = end === -1 ? words : words.slice(0, end);
  const options = own.filter((word) => /^-{1,2}[a-z]/.test(word)).map((word) => word.replace(/=.*/, ''));
  return options.filter((option) => !new RegExp(`(^|[\\s,])${option}(?=[\\s,])`, 'm').test(helpText));
}
