/** What npm prints is read as what it says, and an SBOM that lacks something or has too much is not taken for whole. */
import { describe, expect, it } from 'vitest';
import { readAudit } from '../src/audit.js';
import type { Packed } from '../src/pack.js';
import { releaseSbom, sbomProblems } from '../src/sbom.js';
import type { Manifest } from '../src/workspace.js';

const metadata = { dependencies: { prod: 100, dev: 0, total: 100 } };

describe('an audit', () => {
  it('without findings is clean', () => {
    const text = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {}, metadata });
    expect(readAudit(text)).toEqual({ kind: 'clean', looked: 100 });
  });

  it('names what it found', () => {
    const vulnerabilities = { ws: { name: 'ws', severity: 'high', range: '<8.17.1', via: [] } };
    const text = JSON.stringify({ auditReportVersion: 2, vulnerabilities, metadata });
    expect(readAudit(text)).toEqual({ kind: 'vulnerable', findings: ['ws <8.17.1: high'] });
  });

  it.each([
    [405, 'not-served'],
    [404, 'not-served'],
    [500, 'failed'],
    [undefined, 'failed'],
  ])('that was answered with %s is %s, and the registry is not named', (statusCode, kind) => {
    const message = `${statusCode} Method Not Allowed - POST https://registry.example/-/npm/v1/security`;
    const verdict = readAudit(JSON.stringify({ message, statusCode, error: { summary: '' } }));
    expect(verdict).toEqual({ kind, why: `${statusCode} Method Not Allowed` });
  });

  it.each(['', 'npm error', '{}', '[]'])('that printed %j has failed', (text) => {
    expect(readAudit(text).kind).toBe('failed');
  });
});

const manifest = {
  name: '@finesse-ha/desktop',
  version: '1.0.0',
  dependencies: { ws: '^8.0.0' },
} as Manifest;
const desktop: Packed = {
  one: { folder: 'desktop', directory: '', manifest },
  tarball: '',
  contents: new Map([
    ['dist/licenses.md', Buffer.from('# Licenses\n\n## react-dom - 19.0.0 (MIT)\n\nText\n')],
  ]),
};

function component(name: string, version: string, licence: string): object {
  return {
    'bom-ref': `${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    licenses: [{ license: licence === 'Custom' ? { name: licence } : { id: licence } }],
    externalReferences: [{ type: 'distribution', url: 'file:/home/somebody/x.tgz' }],
  };
}

function sbom(components: readonly object[]): string {
  const bom = {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    components,
    dependencies: [{ ref: '@finesse-ha/desktop@1.0.0', dependsOn: ['ws@8.1.0'] }],
  };
  return releaseSbom(JSON.stringify(bom), [desktop]);
}

const own = component('@finesse-ha/desktop', '1.0.0', 'Apache-2.0');

describe('an SBOM', () => {
  it('is whole with what is packed, what that needs, and what the bundle has in it', async () => {
    const text = sbom([own, component('ws', '8.1.0', 'MIT')]);
    expect(await sbomProblems(text, [desktop])).toEqual([]);
    expect(text).toContain('"react-dom@19.0.0"');
    expect(text).not.toContain('/home/somebody');
  });

  it.each<[string, object[], RegExp]>([
    [
      'a package of ours',
      [component('ws', '8.1.0', 'MIT')],
      /^SBOM: @finesse-ha\/desktop@1\.0\.0 is missing/,
    ],
    ['a dependency', [own], /^SBOM: ws of @finesse-ha\/desktop@1\.0\.0 is missing/],
    [
      'a licence that goes with ours',
      [own, component('ws', '8.1.0', 'GPL-3.0-only')],
      /^licences: ws@8\.1\.0 is under GPL/,
    ],
    [
      'a licence that can be read',
      [own, component('ws', '8.1.0', 'Custom')],
      /^licences: ws@8\.1\.0 is under Custom/,
    ],
    ['the form', [own, { name: 'ws' }], /^SBOM: not valid/],
  ])('that lacks %s is refused', async (_, components, said) => {
    expect(await sbomProblems(sbom(components), [desktop])).toEqual([expect.stringMatching(said)]);
  });
});
