/** Run by the checks beside the packed packages: imports and requires every library entry of those named, and says how many. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

let imported = 0;
for (const name of process.argv.slice(2)) {
  const manifest = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'));
  for (const [path, target] of Object.entries(manifest.exports)) {
    // Programs are started, not imported: they begin to serve.
    if (typeof target === 'string' || /-(main|preload)\.js$/.test(target.default)) continue;
    const module = await import(name + path.slice(1));
    if (Object.keys(module).length === 0) throw new Error(`${name}${path.slice(1)} exports nothing`);
    // Node 20.19 and later take an ES module where CommonJS asks for it, unless a module in it awaits.
    if (require(name + path.slice(1)) !== module) throw new Error(`${name}${path.slice(1)} is there twice`);
    imported += 1;
  }
}
process.stdout.write(`${imported} entries\n`);
process.exit(0);
