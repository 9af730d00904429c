import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

const packages = fileURLToPath(new URL('../../packages/', import.meta.url));

/** A mutant is done with at the first test that fails: the files that tell soonest come first. */
class SoonestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ['transcripts', 'settings', 'log', 'cases', 'play', 'world', 'properties', 'invariants'];
    const rank = ({ moduleId }: TestSpecification) =>
      order.findIndex((name) => moduleId.endsWith(`/${name}.test.ts`));
    return files.toSorted((one, other) => rank(one) - rank(other));
  }
}

/** What judges the mutants of the failover core: its own tests and the specification, both on the core's sources. */
export default defineConfig({
  resolve: {
    alias: {
      '@finesse-ha/failover': `${packages}failover/src/index.ts`,
      '@finesse-ha/spec': `${packages}spec/src/index.ts`,
    },
  },
  test: {
    root: fileURLToPath(new URL('../../', import.meta.url)),
    include: [
      'packages/failover/test/*.test.ts',
      'packages/spec/test/{transcripts,cases,play,world}.test.ts',
    ],
    sequence: { sequencer: SoonestFirst },
    testTimeout: 30_000,
  },
});
