import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/** Rules, one for each direction, and how long nft may take to have them. */
const rules = 2;
const takesMs = 2_000;

/** Packet loss cannot be made on this machine. */
export class PacketLossError extends Error {
  constructor(why: string) {
    super(
      `packet loss is made by nft, and ${why}: install nftables and run this as root on Linux, or leave it out with --loss-seconds 0`,
    );
    this.name = 'PacketLossError';
  }
}

/** Where packets are lost: to and from these ports of these hosts, and nowhere else. */
export interface LossyPlace {
  hosts: readonly string[];
  ports: readonly number[];
  percent: number;
}

/** @throws {PacketLossError} when nft is missing or may not be used */
export function requirePacketLoss(): void {
  const { error, status, stderr } = spawnSync('nft', ['list', 'tables'], { encoding: 'utf8' });
  if (error !== undefined) throw new PacketLossError(`it cannot be run (${error.message})`);
  if (status !== 0) throw new PacketLossError(`it refuses: ${stderr.trim().split('\n')[0]}`);
}

/**
 * Loses packets, chosen by chance, until `end()`. The rules are in a table that belongs to the nft process which made it
 * (`flags owner`): however this process ends, that one ends too and the kernel removes them.
 */
export class PacketLoss {
  readonly #nft: ChildProcessWithoutNullStreams;
  readonly #table = `finesse_ha_bench_${process.pid}`;
  #problems = '';

  private constructor({ hosts, ports, percent }: LossyPlace) {
    this.#nft = spawn('nft', ['-i']);
    this.#nft.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#problems += text;
    });
    const rule = (address: 'saddr' | 'daddr', port: 'sport' | 'dport') =>
      `add rule inet ${this.#table} input iif lo ip ${address} { ${hosts.join(', ')} } tcp ${port} { ${ports.join(', ')} } numgen random mod 1000 < ${Math.round(percent * 10)} counter drop`;
    const commands = [
      `add table inet ${this.#table} { flags owner; }`,
      `add chain inet ${this.#table} input { type filter hook input priority 0; policy accept; }`,
      rule('daddr', 'dport'),
      rule('saddr', 'sport'),
    ];
    this.#nft.stdin.write(`${commands.join('\n')}\n`);
  }

  /** Resolves when packets are being lost. @throws {PacketLossError} */
  static async begin(place: LossyPlace): Promise<PacketLoss> {
    requirePacketLoss();
    const loss = new PacketLoss(place);
    const untilAt = Date.now() + takesMs;
    while (loss.#counters().length < rules) {
      if (Date.now() < untilAt && loss.#problems === '') {
        await new Promise((resolve) => setTimeout(resolve, 20));
        continue;
      }
      await loss.#close();
      throw new PacketLossError(`it does not take the rules (${loss.#problems.trim() || 'no answer'})`);
    }
    return loss;
  }

  /** Loses no more. @returns how many packets were lost */
  async end(): Promise<number> {
    const counters = this.#counters();
    await this.#close();
    return counters.reduce((sum, count) => sum + count, 0);
  }

  /** What each rule has counted, asked by another nft: the one that owns the table keeps its answers back. */
  #counters(): number[] {
    const { stdout } = spawnSync('nft', ['list', 'table', 'inet', this.#table], { encoding: 'utf8' });
    return [...stdout.matchAll(/counter packets (\d+)/g)].map(([, count]) => Number(count));
  }

  async #close(): Promise<void> {
    if (this.#nft.exitCode !== null) return;
    const gone = once(this.#nft, 'exit');
    this.#nft.stdin.end();
    await gone;
  }
}
