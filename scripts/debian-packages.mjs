/** The programs that tests run beside our own: found, or installed from Debian where that can be done. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A registry that says nothing may not hold up the tests for ever. */
const patienceMs = 5 * 60_000;

/**
 * Installs Debian packages.
 * @param {string[]} packages
 * @returns {string | undefined} why that cannot be or failed; undefined when all is there now
 */
export function installDebianPackages(packages) {
  if (!existsSync('/usr/bin/apt-get')) return 'there is no apt-get to install it with';
  if (process.getuid?.() !== 0) return 'only root may install it';
  console.error(`finesse-ha set-up: installing ${packages.join(', ')} for the tests ...`);
  for (const step of [['update'], ['install', '--yes', '--no-install-recommends', ...packages]]) {
    const { status, stderr } = spawnSync('apt-get', ['--quiet', ...step], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'pipe'],
      encoding: 'utf8',
      timeout: patienceMs,
    });
    if (status === null) return `apt-get ${step[0]} did not end within ${patienceMs / 60_000} minutes`;
    if (status !== 0) return `apt-get ${step[0]} failed (${stderr.trim().split('\n').at(-1)})`;
  }
  return undefined;
}

const runs = (program, ...args) => spawnSync(program, args, { stdio: 'ignore' }).status === 0;

/** What the tests of other people's servers and clients need: package by package, how one sees that it is there. */
const programs = {
  prosody: () => existsSync('/usr/bin/prosody'),
  ejabberd: () => existsSync('/usr/sbin/ejabberdctl'),
  'python3-slixmpp': () => runs('/usr/bin/python3', '-c', 'import slixmpp'),
  profanity: () => existsSync('/usr/bin/profanity'),
  prometheus: () => existsSync('/usr/bin/promtool'),
  tmux: () => existsSync('/usr/bin/tmux'),
};

/**
 * Sees to those programs. What cannot be had is named in FINESSE_HA_MISSING (names with spaces between), so that its tests
 * are skipped and say so, and on standard error with the reason.
 */
export function provideOtherPrograms() {
  const missing = () => Object.keys(programs).filter((name) => !programs[name]());
  const wanted = missing();
  const why = wanted.length === 0 ? undefined : installDebianPackages(wanted);
  const still = missing();
  process.env.FINESSE_HA_MISSING = still.join(' ');
  if (still.length === 0) return;
  console.error(
    `finesse-ha set-up: no ${still.join(', ')}: ${why ?? 'apt-get installed it somewhere unknown'}. The tests with it are skipped.\n` +
      `  On Debian: apt-get install ${still.join(' ')}`,
  );
}
