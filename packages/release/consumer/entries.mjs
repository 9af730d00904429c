/** Run by the checks beside the packed packages: imports every library entry of those named, and says how many. */
import { readFileSync } from 'node:fs';

let imported = 0;
for (const name of process.argv.slice(2)) {
  const manifest = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  for (const [path, target] of Object.entries(manifest.exports)) {
    // Programs are started, not imported: they begin to serve.
    if (typeof target === 'string' || /-(main|preload)\.js$/.test(target.default)) continue;
    const module = await import(name + path.slice(1));
    if (Object.keys(module).length === 0) throw new Error(`${name}${path.slice(1)} exports nothing`);
    imported += 1;
  }
}
process.stdout.write(`${imported} entries\n`);
process.exit(0);
