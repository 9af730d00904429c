/**
 * `npm run docs:guide`: runs the commands whose output docs/guide/ shows, and puts it there. Some minutes. With names
 * (drill, failures, conformance, check, watch) only those.
 */
import '../setup.mjs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { startLab } from '@finesse-ha/testing';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = `${root}docs/guide/`;
const bin = `${root}packages/cli/bin/finesse-ha.js`;
const folder = mkdtempSync(join(tmpdir(), 'finesse-ha-guide-'));
const env = {
  ...process.env,
  NO_COLOR: '1',
  // Beside a lab that somebody runs.
  FINESSE_HA_CONTROL_FILE: join(folder, 'control.json'),
  FINESSE_PASSWORD: 'finesse',
};
const recipes = { drill, failures, conformance, check, watch };

try {
  const wanted = process.argv.slice(2);
  for (const name of wanted.length > 0 ? wanted : Object.keys(recipes)) {
    if (recipes[name] === undefined) throw new Error(`${name}: there are ${Object.keys(recipes).join(', ')}`);
    for (const [output, text] of Object.entries(await recipes[name]())) put(output, text);
  }
} finally {
  rmSync(folder, { recursive: true });
}

/** Every row of the drill, as its table. */
async function drill() {
  const { stdout } = await run(['drill', 'all']);
  const date = new Date().toISOString().slice(0, 10);
  return { drill: `$ npx finesse-ha drill all    # ${date}, Node ${process.versions.node}\n${stdout}` };
}

/** What a lab says while one thing breaks, until both agents are in service again: each in a lab of its own. */
async function failures() {
  const faults = ['notification-service', 'xmpp-connection --silent', 'tomcat', 'web-app', 'cti-connection'];
  const outputs = {};
  for (const fault of faults) {
    const lab = spawn(process.execPath, [bin, 'lab', '--addresses', 'free'], {
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines = createInterface({ input: lab.stdout })[Symbol.asyncIterator]();
    /** Lines until a pattern was met so many times, that one included. */
    const until = async (pattern, times) => {
      const taken = [];
      for (let met = 0; met < times; ) {
        const { value, done } = await lines.next();
        if (done) throw new Error(`the lab ended: ${taken.join('\n')}`);
        if (value.trim() !== '') taken.push(value);
        if (pattern.test(value)) met += 1;
      }
      return taken;
    };
    try {
      await until(/agent .* READY$/, 2);
      const command = ['fault', ...fault.split(' ')];
      await run(command);
      const told = await until(/RECOVERED on/, 2);
      const from = told.findIndex((line) => /\sbreaking /.test(line));
      outputs[fault.replace(/ --/, '-')] =
        `$ npx finesse-ha ${command.join(' ')}\n${plain(told.slice(from).join('\n'))}\n`;
    } finally {
      lab.kill('SIGINT');
      await once(lab, 'close');
    }
  }
  return outputs;
}

/** The hand-written clients of the migration page, and ours, under the same faults. */
async function conformance() {
  const faults = ['restart', 'tomcat', 'xmpp-connection:silent'];
  const outputs = {};
  for (const name of ['strophe', 'xmpp-client', 'finesse-ha']) {
    const command = ['conformance', '--within', '30', '--fault', ...faults];
    const client = ['--', 'node', `examples/migration/${name}.mjs`];
    const { stdout } = await run([...command, ...client]);
    outputs[`conformance-${name}`] =
      `$ npx finesse-ha ${[...command, ...client].join(' ')}\n${plain(stdout.trimEnd())}\n`;
  }
  return outputs;
}

/** One look at a pair, whole and then without the notification service of one node. */
async function check() {
  const lab = await startLab();
  try {
    const { primary } = lab.nodes;
    const args = [
      'check',
      primary.restUrl,
      '--user',
      '1001002',
      '--ws-port',
      new URL(primary.webSocketUrl).port,
    ];
    const well = await run(args);
    await lab.fault('notification-service');
    const broken = await run(args);
    const shown = '$ npx finesse-ha check http://127.0.0.1:8445 --user 1001010 --ws-port 7443';
    const text = ({ stdout, code }) => `${shown}; echo $?\n${plain(stdout.trimEnd())}\n${code}\n`;
    return { check: text(well) + text(broken) };
  } finally {
    await lab.stop();
  }
}

/** The screen of a watch, on a pair of which one node has lost the network between its clients and its notification service. */
async function watch() {
  const lab = await startLab();
  try {
    const { primary } = lab.nodes;
    const port = new URL(primary.webSocketUrl).port;
    const command = `${process.execPath} ${bin} watch ${primary.restUrl} --user 1001001 --ws-port ${port} --interval 1`;
    // Somebody must look at a terminal for there to be one; `script` is in every Linux.
    const screen = spawn('script', ['-qec', `stty cols 140 rows 30; exec ${command}`, '/dev/null'], {
      env: { ...env, TERM: 'xterm' },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let drawn = '';
    screen.stdout.on('data', (data) => {
      drawn += data;
    });
    const until = async (pattern) => {
      while (!pattern.test(lastFrame(drawn))) await once(screen.stdout, 'data');
    };
    await until(/XMPP ping +\d+ ms +\d+ ms/);
    const agent = await lab.agent('1001002').signIn();
    await agent.setState('READY');
    await until(/publish to arrival +\d+ ms.* ago +\d+ ms/);
    await lab.fault('xmpp-connection', { node: 'secondary' });
    await until(/SPLIT for 4/);
    // A column is as wide as the address above it was.
    const frame = lastFrame(drawn).replace(
      /^( +)(\S+127\S+)( +)(\S+127\S+)$/m,
      (_, before, one, between, two) => before + plain(one).padEnd(one.length) + between + plain(two),
    );
    // Ctrl-C, as whoever sits there ends it.
    screen.stdin.write('\u0003');
    if (screen.exitCode === null) await once(screen, 'close');
    return { watch: `${plain(frame.trimEnd())}\n` };
  } finally {
    await lab.stop();
  }
}

/** What stands on a screen that is drawn anew from its upper left corner each time, without its colours. */
function lastFrame(drawn) {
  const frame = drawn.split('\u001b[H').at(-1) ?? '';
  const [shown = ''] = frame.split('\u001b[J');
  return stripVTControlCharacters(shown).replaceAll('\r', '');
}

async function run(args) {
  console.error(`finesse-ha ${args.join(' ')}`);
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.on('data', (data) => {
    stdout += data;
  });
  const [code] = await once(child, 'close');
  return { stdout, code };
}

/** Addresses as `finesse-ha lab` has them: those that were free are chance. */
function plain(text) {
  return text.replace(/127\.\d+\.\d+\.([12])\b/g, '127.0.0.$1');
}

/** Into the page that has the marks of this output. */
function put(output, text) {
  const marks = new RegExp(`(<!-- begin output ${output} -->\n)[^]*?(<!-- end output ${output} -->)`);
  for (const name of readdirSync(guide)) {
    const page = readFileSync(guide + name, 'utf8');
    if (!marks.test(page)) continue;
    const block = `\`\`\`text\n${text}\`\`\`\n`;
    writeFileSync(
      guide + name,
      page.replace(marks, (_, begin, end) => begin + block + end),
    );
    console.error(`docs/guide/${name}: ${output}`);
    return;
  }
  throw new Error(`no page of docs/guide has the output ${output}`);
}
