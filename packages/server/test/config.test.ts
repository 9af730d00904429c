import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, parseConfig } from '../src/web-app/config.ts';
import { AGENTS, lonelyConfig } from './support/config.ts';

describe('configuration', () => {
  it('fills in the documented defaults', () => {
    const config = parseConfig(lonelyConfig());
    expect(config.forcedLogoutMs).toBe(60_000);
    expect(config.lockout).toEqual({ attempts: 5, durationMs: 300_000 });
    expect(config.cti.version).toBe(23);
    expect(config.cti.heartbeatIntervalMs).toBe(5_000);
    expect(config.allowedOrigins).toEqual([]);
  });

  it('names every wrong place in one line', () => {
    const wrong = { ...lonelyConfig(), restPort: 70_000, node: 'third' };
    expect(() => parseConfig(wrong)).toThrow(ConfigError);
    expect(() => parseConfig(wrong)).toThrow(/node: .*restPort: /);
  });

  it('refuses a key that it does not know: a misspelt option must not be ignored', () => {
    expect(() => parseConfig({ ...lonelyConfig(), forcedLogoutMS: 5 })).toThrow(/forcedLogoutMS/);
  });

  it('refuses an agent twice, an agent of no team, an id that cannot be part of a URI', () => {
    const first = AGENTS[0]!;
    expect(() => parseConfig(lonelyConfig({ agents: [first, first] }))).toThrow(
      /agents\.1\.id: 1001001 occurs twice/,
    );
    expect(() => parseConfig(lonelyConfig({ agents: [{ ...first, teamId: '9' }] }))).toThrow(
      /agents\.0\.teamId: there is no team 9/,
    );
    expect(() => parseConfig(lonelyConfig({ agents: [{ ...first, id: 'a/b' }] }))).toThrow(/agents\.0\.id/);
  });

  it('names the file that is missing, is no JSON, or holds a bad value', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'fha-config-')), 'node.json');
    expect(() => loadConfig(file)).toThrow(/node\.json: ENOENT/);
    writeFileSync(file, '{"node": ');
    expect(() => loadConfig(file)).toThrow(/node\.json: .*JSON/);
    writeFileSync(file, JSON.stringify({ ...lonelyConfig(), secret: '' }));
    expect(() => loadConfig(file)).toThrow(/node\.json: secret: /);
  });

  it('holds reason codes to what the deployment allows', () => {
    const reasonCodes = [{ id: '1', category: 'LOGOUT' as const, code: 1_000, label: 'Long shift' }];
    expect(parseConfig(lonelyConfig({ reasonCodes })).reasonCodes[0]?.forAll).toBe(true);
    expect(() => parseConfig(lonelyConfig({ reasonCodes, deploymentType: 'UCCX' }))).toThrow(
      'reasonCodes.0.code: 1000 is more than 999, which UCCX allows',
    );
  });
});
