import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { WatchMetrics } from '../src/metrics.js';

it('the alert rules ask for metrics that are served', async () => {
  const metrics = new WatchMetrics();
  const port = await metrics.listen('127.0.0.1', 0);
  const served = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  metrics.close();
  const file = new URL('../prometheus/alerts.yaml', import.meta.url);
  const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: { expr: string }[] }[] };
  const asked = groups.flatMap(({ rules }) =>
    rules.flatMap(({ expr }) => expr.match(/finesse_ha_\w+/g) ?? []),
  );
  expect(asked.length).toBeGreaterThan(0);
  for (const name of asked) expect(served).toContain(`# TYPE ${name} `);
});
