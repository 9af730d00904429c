import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { LabError, nodeNames } from './deployment.js';
import { breakLab, type Fault, faultNames, healLab } from './faults.js';
import type { Lab } from './lab.js';

const commandSchema = z.strictObject({
  scenario: z.enum(faultNames),
  node: z.enum(nodeNames as ['primary', 'secondary']),
  variant: z.enum(['default', 'silent', 'frozen']),
  heal: z.boolean(),
});

/** What a second terminal asks of the running lab. */
export type ControlCommand = z.infer<typeof commandSchema>;

export interface ControlStatus {
  nodes: { node: string; url: string; status: string }[];
  processes: { name: string; state: string; pid: number | undefined }[];
}

const fileSchema = z.object({ url: z.string(), token: z.string() });

/** Where the running lab of this user says how it is reached; FINESSE_HA_CONTROL_FILE names another place. */
export function controlFile(): string {
  return process.env.FINESSE_HA_CONTROL_FILE ?? join(tmpdir(), `finesse-ha-lab-${userInfo().uid}.json`);
}

/** The way into a running lab for another process of the same user: HTTP on loopback, a token in a file only the user reads. */
export class Control {
  readonly #lab: Lab;
  readonly #onFault: (fault: Fault, heal: boolean) => void;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #server: Server;

  /** @param onFault told before something is broken or healed */
  constructor(lab: Lab, onFault: (fault: Fault, heal: boolean) => void) {
    this.#lab = lab;
    this.#onFault = onFault;
    this.#server = createServer((request, response) => {
      const answer = (status: number, body: object) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      };
      if (request.headers.authorization !== `Bearer ${this.#token}`)
        return answer(401, { error: 'wrong token' });
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => {
        body += chunk;
        if (body.length > 10_000) request.destroy();
      });
      request.on('end', () => {
        const work = request.method === 'GET' ? this.#status() : this.#run(body);
        work.then(
          (result) => answer(200, result),
          (error: unknown) => answer(400, { error: error instanceof Error ? error.message : String(error) }),
        );
      });
    });
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const { port } = this.#server.address() as AddressInfo;
    writeFileSync(controlFile(), JSON.stringify({ url: `http://127.0.0.1:${port}`, token: this.#token }), {
      mode: 0o600,
    });
  }

  stop(): void {
    rmSync(controlFile(), { force: true });
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #status(): Promise<ControlStatus> {
    const nodes = nodeNames.map(async (node) => ({
      node,
      url: this.#lab.url(node),
      status: await this.#lab.nodeStatus(node),
    }));
    return {
      nodes: await Promise.all(nodes),
      processes: this.#lab.processes.map(({ name, state, pid }) => ({ name, state, pid })),
    };
  }

  async #run(body: string): Promise<object> {
    const { heal, ...fault } = commandSchema.parse(JSON.parse(body));
    this.#onFault(fault, heal);
    if (heal) await healLab(this.#lab, fault);
    else await breakLab(this.#lab, fault);
    return { done: true };
  }
}

/** Asks the running lab. @throws {LabError} in one sentence: no lab, or what it answered */
export async function callControl(command: ControlCommand | null): Promise<unknown> {
  let access: z.infer<typeof fileSchema>;
  try {
    access = fileSchema.parse(JSON.parse(readFileSync(controlFile(), 'utf8')));
  } catch {
    throw new LabError('no lab is running; start one with: finesse-ha lab');
  }
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
