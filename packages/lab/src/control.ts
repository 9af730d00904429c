import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError, nodeNames } from './deployment.js';
import { allFaultNames, variantNames } from './faults.js';
import { JsonServer, sameText } from './json-server.js';
import type { Lab } from './lab.js';

const commandSchema = z.strictObject({
  scenario: z.enum(allFaultNames),
  node: z.enum(nodeNames as ['primary', 'secondary']),
  variant: z.enum(variantNames),
  heal: z.boolean(),
});

/** What a second terminal asks of the running lab. */
export type ControlCommand = z.infer<typeof commandSchema>;

/** How the running lab is. */
export interface ControlStatus {
  nodes: { node: string; url: string; status: string }[];
  processes: { name: string; state: string; pid: number | undefined }[];
  /** Where clients of both CTI sides connect. */
  cti: { name: 'A' | 'B'; host: string; port: number }[];
  /** Whoever calls a queue's id waits for one of its agents. */
  queues: { id: string; name: string }[];
}

const fileSchema = z.object({ url: z.string(), token: z.string() });
type Access = z.infer<typeof fileSchema>;

/** Where the running lab of this user says how it is reached; FINESSE_HA_CONTROL_FILE names another place. */
export function controlFile(): string {
  return process.env.FINESSE_HA_CONTROL_FILE ?? join(tmpdir(), `finesse-ha-lab-${userInfo().uid}.json`);
}

/** The way into a running lab for another process of the same user: HTTP on loopback, a token in a file only the user reads. */
export class Control {
  readonly #lab: Lab;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #server: JsonServer;
  #written = false;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#server = new JsonServer(async ({ method, headers }, body) => {
      if (!sameText(headers.authorization ?? '', `Bearer ${this.#token}`)) {
        return { status: 401, body: { error: 'wrong token' } };
      }
      return { body: method === 'GET' ? await this.#status() : await this.#run(await body()) };
    });
  }

  /** Takes commands from now on. @throws {LabError} when the file cannot be written, or another lab of this user has it */
  async start(): Promise<void> {
    const file = controlFile();
    if (await answers(file)) throw new LabError('another lab of yours is running; stop it first');
    const url = await this.#server.start();
    this.#lab.guard(file);
    try {
      // Created anew and by nobody else, or the token would be readable by whoever made the file.
      rmSync(file, { force: true });
      const access: Access = { url, token: this.#token };
      writeFileSync(file, JSON.stringify(access), { mode: 0o600, flag: 'wx' });
      this.#written = true;
    } catch (error) {
      this.stop();
      throw new LabError(`cannot write ${file}: ${(error as NodeJS.ErrnoException).code ?? error}`);
    }
  }

  /** Listens no more, and removes the file that told where. */
  stop(): void {
    if (this.#written) rmSync(controlFile(), { force: true });
    this.#server.stop();
  }

  async #status(): Promise<ControlStatus> {
    const { places, center } = this.#lab.deployment;
    const { host, ports } = places.cti;
    return {
      cti: [
        { name: 'A', host, port: ports.a },
        { name: 'B', host, port: ports.b },
      ],
      queues: center.queues.map(({ id, name }) => ({ id, name })),
      nodes: await this.#lab.nodeStatuses(),
      processes: this.#lab.processes.map(({ name, state, pid }) => ({ name, state, pid })),
    };
  }

  async #run(body: unknown): Promise<object> {
    const command = commandSchema.safeParse(body);
    if (!command.success) throw new LabError(`not a command: ${z.prettifyError(command.error)}`);
    const { heal, scenario, node, variant } = command.data;
    if (heal) await this.#lab.heal(scenario, { node });
    else await this.#lab.fault(scenario, { node, variant });
    return { done: true };
  }
}

/** How the lab of a control file is reached; null where there is no such file of this user's own. */
function readAccess(file: string): Access | null {
  try {
    // Somebody else's file could lead anywhere.
    if (statSync(file).uid !== (process.getuid?.() ?? 0)) return null;
    return fileSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return null;
  }
}

async function answers(file: string): Promise<boolean> {
  const access = readAccess(file);
  if (access === null) return false;
  // What a killed lab left behind may name a port that something else has by now.
  return fetch(access.url, { headers: { authorization: `Bearer ${access.token}` } }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Asks the running lab. @throws {LabError} in one sentence: no lab, or what it answered */
export async function callControl(command: ControlCommand | null): Promise<unknown> {
  const access = readAccess(controlFile());
  if (access === null) throw new LabError('no lab is running; start one with: finesse-ha lab');
  const request: RequestInit = { headers: { authorization: `Bearer ${access.token}` } };
  if (command !== null) Object.assign(request, { method: 'POST', body: JSON.stringify(command) });
  let response: Response;
  try {
    response = await fetch(access.url, request);
  } catch {
    throw new LabError('the lab that was running is gone; start one with: finesse-ha lab');
  }
  const result = (await response.json()) as { error?: string };
  if (!response.ok) throw new LabError(result.error ?? `the lab answered HTTP ${response.status}`);
  return result;
}
