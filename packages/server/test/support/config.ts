/** A small deployment for tests: two agents and a supervisor in one team, an agent in another. */
import type { NodeConfigInput } from '../../src/web-app/config.ts';

export const AGENTS: NodeConfigInput['agents'] = [
  agent('1001001', 'Ada', '1', ['Agent']),
  agent('1001002', 'Brian', '1', ['Agent']),
  agent('1001003', 'Carol', '1', ['Agent', 'Supervisor']),
  agent('1001004', 'Dan', '2', ['Agent']),
];

function agent(id: string, firstName: string, teamId: string, roles: ('Agent' | 'Supervisor')[]) {
  return {
    id,
    loginName: firstName.toLowerCase(),
    firstName,
    lastName: 'Lab',
    password: `pw-${id}`,
    extension: id,
    teamId,
    roles,
    skillTargetId: Number(id) - 996_000,
  };
}

export const TEAMS = [
  { id: '1', name: 'Sales' },
  { id: '2', name: 'Support' },
];

/** Ada and Brian take the calls of Sales; nobody takes those of Nobody. */
export const QUEUES = [
  { id: '5022', name: 'Sales', skillTargetIds: [5001, 5002] },
  { id: '5023', name: 'Nobody', skillTargetIds: [] },
];

export const REASON_CODES: NodeConfigInput['reasonCodes'] = [
  { id: '16', category: 'NOT_READY', code: 10, label: 'Team Meeting' },
  { id: '17', category: 'NOT_READY', code: 12, label: 'Lunch' },
  { id: '31', category: 'LOGOUT', code: 1, label: 'End of Shift' },
];

export const ADMINISTRATORS = [{ id: 'admin', password: 'pw-admin' }];

/** One reason for all, one for Support. */
export const WRAP_UP_REASONS: NodeConfigInput['wrapUpReasons'] = [
  { id: '205', label: 'Product Question' },
  { id: '206', label: 'Repair', forAll: false, teams: ['2'] },
];

/** One phone book for all, one for Support. */
export const PHONE_BOOKS: NodeConfigInput['phoneBooks'] = [
  {
    id: '1',
    name: 'Company',
    contacts: [
      { id: '1', firstName: 'Rae', lastName: 'Front', phoneNumber: '2001', description: 'Reception' },
      { id: '2', firstName: 'Sol', lastName: 'Ware', phoneNumber: '2002' },
    ],
  },
  {
    id: '2',
    name: 'Workshop',
    type: 'TEAM',
    teams: ['2'],
    contacts: [{ id: '1', lastName: 'Bench', phoneNumber: '2003' }],
  },
];

/** A node that reaches nothing: its CTI sides and its notification service do not exist. */
export function lonelyConfig(change: Partial<NodeConfigInput> = {}): NodeConfigInput {
  return {
    node: 'primary',
    host: '127.0.0.1',
    restPort: 0,
    deploymentType: 'UCCE',
    domain: 'node-a.test',
    nodes: {
      primary: { host: 'node-a.test', httpsPort: 8445, xmppPort: 5222, xmppSecurePort: 5223 },
      secondary: { host: 'node-b.test', httpsPort: 8445, xmppPort: 5222, xmppSecurePort: 5223 },
    },
    notification: { host: '127.0.0.1', port: 1, password: 'finesse-pw' },
    cti: { sides: [{ name: 'A', host: '127.0.0.1', port: 1 }], peripheralId: 5000 },
    peer: null,
    secret: 'shared-secret',
    agents: AGENTS,
    teams: TEAMS,
    queues: QUEUES,
    reasonCodes: REASON_CODES,
    administrators: ADMINISTRATORS,
    wrapUpReasons: WRAP_UP_REASONS,
    phoneBooks: PHONE_BOOKS,
    logLevel: 'warn',
    ...change,
  };
}
