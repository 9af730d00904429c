import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The root of the repository, with a slash at its end. */
export const root = fileURLToPath(new URL('../../../../', import.meta.url));

/** A fenced block of a page. */
export interface Sample {
  /** The page, from the root of the repository. */
  file: string;
  /** Line of its opening fence. */
  line: number;
  /** First word after the fence: ts, js, tsx, sh, yaml, json, text, mermaid ... */
  language: string;
  text: string;
}

/** A block that nobody can take for a language: indented by four, or fenced without a word. */
export interface Nameless {
  file: string;
  line: number;
  why: string;
}

/** Every page that has samples: README, docs, the packages' and the examples' READMEs, CONTRIBUTING. */
export function pages(): string[] {
  const found = ['README.md', 'CONTRIBUTING.md'];
  const walk = (folder: string, deep: boolean) => {
    for (const entry of readdirSync(root + folder, { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory() && deep && !['node_modules', 'dist'].includes(entry.name)) walk(path, deep);
      else if (entry.name.endsWith('.md')) found.push(path);
    }
  };
  // What typedoc writes is no sample of ours to run: its blocks stand in docstrings.
  walk('docs', true);
  walk('examples', true);
  for (const name of readdirSync(`${root}packages`)) walk(`packages/${name}`, false);
  return found.filter((path) => !path.endsWith('CHANGELOG.md') && !path.startsWith('docs/reference/'));
}

/** The blocks of a page, in order. */
export function samplesOf(file: string): { samples: Sample[]; nameless: Nameless[] } {
  const lines = readFileSync(root + file, 'utf8').split('\n');
  const samples: Sample[] = [];
  const nameless: Nameless[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)/.exec(lines[at] ?? '');
    if (fence === null) {
      const before = lines[at - 1]?.trim() ?? '';
      if (/^ {4}\S/.test(lines[at] ?? '') && before === '' && !inList(lines, at)) {
        nameless.push({ file, line: at + 1, why: 'indented: fence it and say what language it is' });
      }
      continue;
    }
    const [, indent = '', marks = '', language = ''] = fence;
    const line = at + 1;
    const body: string[] = [];
    for (at += 1; at < lines.length && lines[at]?.trim() !== marks; at += 1) {
      body.push((lines[at] ?? '').slice(indent.length));
    }
    if (language === '') nameless.push({ file, line, why: 'no language: `text` for output' });
    samples.push({ file, line, language, text: `${body.join('\n')}\n` });
  }
  return { samples, nameless };
}

/** Whether a list's item is what an indented line goes on. */
function inList(lines: readonly string[], at: number): boolean {
  for (let above = at - 1; above >= 0; above -= 1) {
    const line = lines[above] ?? '';
    if (line.trim() === '') continue;
    if (/^\s*([-*]|\d+\.)\s/.test(line)) return true;
    if (!/^\s/.test(line)) return false;
  }
  return false;
}

/** How a sample is called in the tests. */
export function nameOf({ file, line, language }: Sample): string {
  return `${file}:${line} (${language})`;
}
