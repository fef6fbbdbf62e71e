// Holds the arrows: views → features → state → api → bindings. Features never know each other, components know nobody.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { describe, expect, test } from 'vitest';

const SOURCE = join(import.meta.dirname, '../src');
const IMPORTED = /(?<![-.\w])(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g;

interface Import {
  file: string;
  from: string;
  to: string;
}

const layerOf = (path: string) => path.split('/')[0] ?? '';

const allowed: Record<string, string[]> = {
  views: ['views', 'features', 'state', 'api', 'components', 'language'],
  features: ['features', 'state', 'api', 'components', 'language'],
  state: ['state', 'api', 'language'],
  api: ['api', 'bindings.ts'],
  components: ['components', 'language'],
  language: ['language'],
  'main.ts': ['views', 'api', 'styles', 'language'],
  'bindings.ts': [],
};

function* files(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(ts|svelte)$/.test(name)) yield path;
  }
}

function importsOf(path: string): Import[] {
  const file = relative(SOURCE, path);
  return [...readFileSync(path, 'utf8').matchAll(IMPORTED)].map(([, to = '']) => ({
    file,
    from: layerOf(file),
    to: to.startsWith('.') ? normalize(join(dirname(file), to)).replace(/^bindings$/, 'bindings.ts') : to,
  }));
}

const imports = [...files(SOURCE)].flatMap(importsOf);
const own = imports.filter(({ to }) => !/^(@|[a-z][a-z-]*$|svelte\/)/.test(to) || layerOf(to) in allowed);

describe('the layers of the front end', () => {
  test('are found at all', () => {
    expect(own.length).toBeGreaterThan(100);
    expect(new Set(own.map(({ from }) => from))).toEqual(new Set(['views', 'features', 'state', 'api', 'components', 'language', 'main.ts']));
  });

  test('only know the layers below them', () => {
    const wrong = own.filter(({ from, to }) => !allowed[from]?.includes(layerOf(to)));
    expect(wrong).toEqual([]);
  });

  test('keep features apart from each other', () => {
    const featureOf = (path: string) => path.split('/')[1];
    const wrong = own.filter(({ file, from, to }) => from === 'features' && layerOf(to) === 'features' && featureOf(file) !== featureOf(to));
    expect(wrong).toEqual([]);
  });

  test('name Tauri only in the bindings and the api', () => {
    const naming = imports.filter(({ to }) => to.startsWith('@tauri-apps')).map(({ from }) => from);
    expect(new Set(naming)).toEqual(new Set(['bindings.ts']));
  });

  test('put no inline style attribute into the markup, which the policy would block', () => {
    const styled = [...files(SOURCE)].filter((path) => path.endsWith('.svelte') && /\sstyle="[^{]/.test(readFileSync(path, 'utf8')));
    expect(styled).toEqual([]);
  });

  test('never render what a provider sends as markup', () => {
    const raw = [...files(SOURCE)].filter((path) => readFileSync(path, 'utf8').includes('{@html'));
    expect(raw).toEqual([]);
  });
});

test('every data-test hook of the sources stands in the README', () => {
  const readme = readFileSync(join(SOURCE, '../README.md'), 'utf8');
  const table = readme.slice(readme.indexOf('| where | names |'));
  const documented = new Set([...table.matchAll(/`([a-z]+(?:-[a-z]+)*)`/g)].map(([, name]) => name));
  const sources = [...files(SOURCE)].filter((path) => path.endsWith('.svelte')).map((path) => readFileSync(path, 'utf8'));
  const used = new Set(sources.flatMap((source) => [...source.matchAll(/(?:\bdata-test|\btest)(?:="|: ')([a-z]+(?:-[a-z_]+)*)["']/g)].map(([, name]) => name ?? '')));
  const spelledOut = [...table.matchAll(/`([a-z-]+)-\{([a-z_,]+)\}`/g)].flatMap(([, start, ends = '']) => ends.split(',').map((end) => `${start}-${end}`));
  expect([...used].filter((name) => !documented.has(name) && !spelledOut.includes(name))).toEqual([]);
});
