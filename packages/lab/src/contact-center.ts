/** The contact center that a lab runs, as one readable file: agents, teams, queues, and what administrators configure. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { contradictions, phoneBookSchema, reasonCodeSchema, wrapUpReasonSchema } from '@finesse-ha/server';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { agentSchema, type LabAgent, LabError } from './deployment.js';
import { lineOf } from './yaml-line.js';

/** Of the agents beyond those that the file names. */
const firstAgent = 1_001_001;
const firstSkillTarget = 5_001;

const name = z.string().min(1);
/** Ids of agents, teams and queues are digits to CTI. */
const number = z
  .union([z.string(), z.int()])
  .transform(String)
  .pipe(z.string().regex(/^[1-9][0-9]{0,9}$/, 'must be a positive number'));

/** An agent as the file has it: what is left out follows from the id. */
const agent = z
  .strictObject({
    id: number,
    loginName: name.optional(),
    firstName: z.string(),
    lastName: z.string().optional(),
    password: name.default('finesse'),
    extension: number.optional(),
    teamId: number,
    roles: z
      .array(z.enum(['Agent', 'Supervisor']))
      .min(1)
      .default(['Agent']),
    skillTargetId: z.int().min(1),
  })
  .transform(({ id, loginName = id, lastName = id, extension = id, ...rest }) => ({
    id,
    loginName,
    lastName,
    extension,
    ...rest,
  }))
  .pipe(agentSchema);

const schema = z.strictObject({
  teams: z.array(z.strictObject({ id: number, name })).min(1),
  agents: z.array(agent).min(1),
  administrators: z.array(z.strictObject({ id: name, password: name })).default([]),
  queues: z
    .array(z.strictObject({ id: number, name, agents: z.union([z.enum(['all', 'odd']), z.array(number)]) }))
    .default([]),
  reasonCodes: z.array(reasonCodeSchema).default([]),
  wrapUpReasons: z.array(wrapUpReasonSchema).default([]),
  phoneBooks: z.array(phoneBookSchema).default([]),
});

/** What a file holds, defaults filled in. */
export type ContactCenter = z.output<typeof schema>;

/** The file that the lab ships with. */
export const defaultContactCenter: string = fileURLToPath(
  new URL('../data/contact-center.yaml', import.meta.url),
);

/**
 * Reads a file.
 * @throws {LabError} one line that names the file, the line, the place and what is wrong with it
 */
export function readContactCenter(
  file: string = defaultContactCenter,
  deploymentType: 'UCCE' | 'UCCX' = 'UCCE',
): ContactCenter {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LabError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  return parseContactCenter(text, file, deploymentType);
}

/** @param file how messages name the text. @throws {LabError} as `readContactCenter` */
export function parseContactCenter(
  text: string,
  file: string,
  deploymentType: 'UCCE' | 'UCCX' = 'UCCE',
): ContactCenter {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined) {
    throw new LabError(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  }
  const refuse = (path: readonly PropertyKey[], message: string): never => {
    const where = path.map(String).join('.');
    throw new LabError(
      `${file}:${lineOf(document, lines, path)}: ${where === '' ? '' : `${where}: `}${message}`,
    );
  };
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse(issue?.path ?? [], issue?.message ?? 'it cannot be used');
  }
  const center = parsed.data;
  const teamIds = new Set(center.teams.map(({ id }) => id));
  const found = [...contradictionsIn(center), ...contradictions(center, { teamIds, deploymentType })];
  for (const { path, message } of found) refuse(path, message);
  return center;
}

function contradictionsIn({
  teams,
  agents,
  queues,
}: ContactCenter): { path: PropertyKey[]; message: string }[] {
  const found: { path: PropertyKey[]; message: string }[] = [];
  const unique = (list: string, key: string, values: readonly unknown[]) => {
    const seen = new Set<unknown>();
    for (const [index, value] of values.entries()) {
      if (seen.has(value)) found.push({ path: [list, index, key], message: `${String(value)} occurs twice` });
      seen.add(value);
    }
  };
  unique(
    'teams',
    'id',
    teams.map(({ id }) => id),
  );
  unique(
    'agents',
    'id',
    agents.map(({ id }) => id),
  );
  unique(
    'agents',
    'extension',
    agents.map(({ extension }) => extension),
  );
  unique(
    'agents',
    'skillTargetId',
    agents.map(({ skillTargetId }) => skillTargetId),
  );
  unique(
    'queues',
    'id',
    queues.map(({ id }) => id),
  );
  const teamIds = new Set(teams.map(({ id }) => id));
  for (const [index, { teamId }] of agents.entries()) {
    if (!teamIds.has(teamId))
      found.push({ path: ['agents', index, 'teamId'], message: `there is no team ${teamId}` });
  }
  const agentIds = new Set(agents.map(({ id }) => id));
  for (const [index, { agents: members }] of queues.entries()) {
    if (typeof members === 'string') continue;
    for (const [place, id] of members.entries()) {
      if (!agentIds.has(id))
        found.push({ path: ['queues', index, 'agents', place], message: `there is no agent ${id}` });
    }
  }
  return found;
}

/** The first agents of a contact center, and as many more in the manner of the lab's own as it takes. */
export function agentsOf({ agents, teams }: ContactCenter, count = agents.length): LabAgent[] {
  const taken = new Set(agents.flatMap(({ id, extension }) => [id, extension]));
  const more: LabAgent[] = [];
  const [team] = teams;
  for (let index = agents.length; agents.length + more.length < count; index += 1) {
    const id = String(firstAgent + index);
    if (taken.has(id)) continue;
    more.push({
      id,
      loginName: `agent${index + 1}`,
      firstName: agents[index % agents.length]?.firstName ?? '',
      // Other pairs of the same names, as long as they last.
      lastName: agents[(index + Math.floor(index / agents.length)) % agents.length]?.lastName ?? id,
      password: 'finesse',
      extension: id,
      teamId: team?.id ?? '',
      roles: ['Agent'],
      skillTargetId: firstSkillTarget + index,
    });
  }
  return [...agents.slice(0, count), ...more];
}

/** The queues with those of the agents who take their calls, as CTI and the nodes know them. */
export function queuesOf({ queues }: Pick<ContactCenter, 'queues'>, agents: readonly LabAgent[]) {
  return queues.map(({ id, name, agents: members }) => ({
    id,
    name,
    skillTargetIds: agents
      .filter(
        (one, index) => members === 'all' || (members === 'odd' ? index % 2 === 0 : members.includes(one.id)),
      )
      .map(({ skillTargetId }) => skillTargetId),
  }));
}
