/** A process that holds many clients of one library and tells what they cost it and what became of them. */
import type { NodeName } from '@finesse-ha/lab';
import { loadSubject } from './load.js';
import { speakFrom } from './own-address.js';
import type { Account, SubjectName } from './subject.js';

export type SubjectRequest =
  | { type: 'open'; accounts: readonly Account[]; parallel: number }
  | { type: 'usage'; collect: boolean }
  | { type: 'journal' };

/** CPU since the process began; memory; User updates so far. */
export interface Usage {
  type: 'usage';
  cpuUs: number;
  heapBytes: number;
  rssBytes: number;
  updates: number;
}

/** One thing that happened to one client. Epoch milliseconds. */
export interface JournalEntry {
  at: number;
  user: string;
  what: 'failing' | 'attempt' | 'in-service' | 'update' | 'logout';
  node?: NodeName;
  /** Of an update: when the state changed, by the CTI server. */
  changedAt?: number;
}

/** Since the last one asked for. */
export interface Journal {
  type: 'journal';
  entries: readonly JournalEntry[];
}

export type SubjectAnswer = Usage | Journal | { type: 'opened' } | { type: 'failed'; why: string };

const subject = await loadSubject(process.argv[2] as SubjectName);
/** Keeping every update costs memory and time: only who asks for it gets it. */
const keepsUpdates = process.argv.includes('updates', 3);
const address = process.argv.find((argument) => argument.startsWith('from='));
if (address !== undefined) speakFrom(address.slice('from='.length));
let updates = 0;
let entries: JournalEntry[] = [];

function tell(answer: SubjectAnswer): void {
  process.send?.(answer);
}

/** @param collect garbage first, where memory is asked for; that takes CPU, which is not the library's */
function usage(collect: boolean): Usage {
  if (collect) {
    globalThis.gc?.();
    globalThis.gc?.();
  }
  const { user, system } = process.cpuUsage();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { type: 'usage', cpuUs: user + system, heapBytes: heapUsed + external, rssBytes: rss, updates };
}

function open(account: Account): Promise<void> {
  const { user } = account;
  const note = (what: JournalEntry['what'], more: Pick<JournalEntry, 'node' | 'changedAt'> = {}) => {
    entries.push({ at: Date.now(), user, what, ...more });
  };
  return subject.open(account, {
    onState: (state, changeTime) => {
      updates += 1;
      if (state === 'LOGOUT') note('logout');
      else if (keepsUpdates) note('update', { changedAt: Date.parse(changeTime() ?? '') });
    },
    onFailing: () => note('failing'),
    onAttempt: (node) => note('attempt', { node }),
    onInService: (node) => note('in-service', { node }),
  });
}

async function openAll(accounts: readonly Account[], parallel: number): Promise<void> {
  const waiting = [...accounts];
  const worker = async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await open(next);
  };
  await Promise.all(Array.from({ length: parallel }, worker));
}

process.on('message', async (request: SubjectRequest) => {
  switch (request.type) {
    case 'usage':
      tell(usage(request.collect));
      break;
    case 'journal':
      tell({ type: 'journal', entries });
      entries = [];
      break;
    case 'open':
      try {
        await openAll(request.accounts, request.parallel);
        tell({ type: 'opened' });
      } catch (error) {
        tell({ type: 'failed', why: error instanceof Error ? error.message : String(error) });
      }
  }
});
process.on('disconnect', () => process.exit(0));
