import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import satisfies from 'spdx-satisfies';
import type { Packed } from './pack.js';

/** What is read and written of a CycloneDX document as npm writes it. */
interface Bom {
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

interface Component {
  'bom-ref': string;
  type: string;
  name: string;
  version: string;
  scope?: string;
  purl: string;
  licenses?: ({ license: { id?: string; name?: string } } | { expression: string })[];
  externalReferences?: { type: string; url: string }[];
}

/** What a production dependency may be licensed under: nothing that asks anything of who uses it but to keep its notice. */
const compatible = [
  'Apache-2.0',
  'MIT',
  'ISC',
  '0BSD',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'Unlicense',
  'CC0-1.0',
];

/**
 * The SBOM of a release: what npm says of a project that has all packages, and what is in the desktop's bundle, which npm
 * cannot know. Places on this machine are taken out.
 */
export function releaseSbom(fromNpm: string, packed: readonly Packed[]): string {
  const bom = JSON.parse(fromNpm) as Bom;
  const desktop = packed.find(({ one }) => one.folder === 'desktop');
  if (desktop !== undefined) addBundled(bom, desktop);
  for (const component of bom.components) {
    component.externalReferences =
      component.externalReferences?.filter(({ url }) => !url.startsWith('file:')) ?? [];
  }
  return `${JSON.stringify(bom, null, 2)}\n`;
}

/** The bundler lists what it bundled with the licences: `## react - 19.3.1 (MIT)`. */
function addBundled(bom: Bom, { one, contents }: Packed): void {
  const list = contents.get('dist/licenses.md')?.toString() ?? '';
  const refs: string[] = [];
  for (const [, name = '', version = '', id = ''] of list.matchAll(/^## (\S+) - (\S+) \((.+)\)$/gm)) {
    const ref = `${name}@${version}`;
    refs.push(ref);
    if (bom.components.some((component) => component['bom-ref'] === ref)) continue;
    const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
    const licenses = [{ license: { id } }];
    bom.components.push({
      'bom-ref': ref,
      type: 'library',
      name,
      version,
      scope: 'required',
      purl,
      licenses,
    });
    bom.dependencies.push({ ref, dependsOn: [] });
  }
  const self = `${one.manifest.name}@${one.manifest.version}`;
  const node = bom.dependencies.find(({ ref }) => ref === self);
  node?.dependsOn.push(...refs.filter((ref) => !node.dependsOn.includes(ref)));
}

/**
 * What is wrong with an SBOM, one sentence each: its form by CycloneDX's own schema, whether all that was packed is in it,
 * whether more than that is, and licences that do not go with ours.
 */
export async function sbomProblems(text: string, packed: readonly Packed[]): Promise<string[]> {
  const wrong = await new Validation.JsonStrictValidator(Spec.Version.v1dot5).validate(text);
  if (wrong !== null) return [`SBOM: not valid CycloneDX 1.5: ${JSON.stringify(wrong).slice(0, 400)}`];
  const { components } = JSON.parse(text) as Bom;
  const problems: string[] = [];
  const refs = new Set(components.map((component) => component['bom-ref']));
  for (const { one } of packed) {
    const ref = `${one.manifest.name}@${one.manifest.version}`;
    if (!refs.has(ref)) problems.push(`SBOM: ${ref} is missing`);
    for (const name of Object.keys(one.manifest.dependencies ?? {})) {
      if (!components.some((component) => component.name === name))
        problems.push(`SBOM: ${name} of ${ref} is missing`);
    }
  }
  if (!components.some(({ name }) => name === 'react-dom'))
    problems.push('SBOM: what the desktop bundles is missing');
  return [...problems, ...components.flatMap(licenceProblems)];
}

function licenceProblems(component: Component): string[] {
  const licences = (component.licenses ?? []).map((entry) =>
    'expression' in entry ? entry.expression : (entry.license.id ?? entry.license.name ?? ''),
  );
  const ref = component['bom-ref'];
  if (licences.length === 0) return [`licences: ${ref} names none`];
  return licences
    .filter((licence) => !isCompatible(licence))
    .map((licence) => `licences: ${ref} is under ${licence}`);
}

function isCompatible(licence: string): boolean {
  try {
    return satisfies(licence, compatible);
  } catch {
    // Not an expression of SPDX: somebody has to read it.
    return false;
  }
}
