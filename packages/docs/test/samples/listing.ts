import type { Sample } from './extract.js';

/** A sample, named by its page and by something that stands in it and in no other of that page. */
interface About {
  file: string;
  contains: string;
}

/** What stands around a fragment, so that it is a whole program. */
interface Frame extends About {
  before?: string;
  after?: string;
}

/** What a program prints, where its end alone would say little. */
interface Prints extends About {
  prints: RegExp;
}

/** Why a sample is not run. It is checked all the same: types, options, syntax. */
interface NotRun extends About {
  because: string;
}

const agent = `
  const nodes = ['https://fin-a.example:8445', 'https://fin-b.example:8445'], user = '1001001', extension = '1001001';
  const password = process.env.FINESSE_PASSWORD ?? '';
`;

export const frames: readonly Frame[] = [
  { file: 'packages/client/README.md', contains: "onLoggedOut: 'repair'", before: agent },
  { file: 'packages/client/README.md', contains: 'new AgentClient({ nodes', before: agent },
  {
    file: 'packages/client/README.md',
    contains: "tls: 'starttls'",
    before: `import type { ClientOptions } from '@finesse-ha/client';\nexport const options: Partial<ClientOptions> = {`,
    after: '};',
  },
];

export const prints: readonly Prints[] = [
  { file: 'README.md', contains: 'new AgentClient', prints: /in-service/ },
  { file: 'packages/monitor/README.md', contains: 'lookAtNode', prints: /^FINESSE (OK|WARNING) - / },
];

export const notRun: readonly NotRun[] = [
  {
    file: 'packages/react/README.md',
    contains: 'createRoot',
    because: 'it needs a browser: examples.test.ts shows it in one, on a lab',
  },
  {
    file: 'packages/testing/README.md',
    contains: "from 'node:test'",
    because:
      "packages/testing/test/testing.test.ts runs the file that it is a copy of under node's own runner",
  },
  {
    file: 'packages/testing/README.md',
    contains: "from 'vitest'",
    because:
      'a test runner inside a test; what it calls is what the other runners call, and node:test runs it',
  },
  {
    file: 'packages/testing/README.md',
    contains: "testing';\n\nlet lab;\nbeforeAll",
    because: 'Jest is not installed here; its types neither, so that it is only parsed',
  },
  {
    file: 'packages/testing/README.md',
    contains: "from '@playwright/test'",
    because: "Playwright's runner is not installed here; its types neither, so that it is only parsed",
  },
];

/** Samples in which names stand that no package here declares: parsed, not type-checked. */
export const untyped: readonly About[] = notRun.filter(({ because }) => because.includes('types neither'));

/** Whether it is the one spoken of. */
export function isAbout(about: About, { file, text }: Sample): boolean {
  return about.file === file && text.includes(about.contains);
}
