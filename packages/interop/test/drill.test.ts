/** A failure of each kind with a real XMPP server as the notification service of both nodes. */
import { allRows, runDrill } from '@finesse-ha/lab';
import { describe, expect, it } from 'vitest';
import { isMissing } from './missing.ts';

const scenarios = ['notification-service', 'web-app'];

// The cluster, whose members fail one by one, has a test of its own.
describe.each(['prosody', 'ejabberd'] as const)('with %s as the notification service', (notification) => {
  const plans = allRows().filter(
    ({ scenario, variant, alternate }) =>
      scenarios.includes(scenario) && variant === 'default' && alternate === 'available',
  );

  it.skipIf(isMissing(notification))(
    `agents are recovered after a failure of ${scenarios.join(' and ')}, nothing lost`,
    async () => {
      const results = await runDrill(plans, { agents: 2, notification });
      expect(results).toHaveLength(plans.length);
      expect(results.filter(({ passed }) => !passed)).toEqual([]);
    },
    120_000,
  );
});
