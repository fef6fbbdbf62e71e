// Writes the ids of the messages and what stands in each as types, so that one that is missing does not compile: `npm run messages`.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, Visitor } from '@fluent/syntax';

const LOCALES = join(import.meta.dirname, '../../locales');
const OUT = join(import.meta.dirname, '../src/language/messages.ts');

/** The desktop shell's own, which the window never says. */
export const SHELL = 'shell.ftl';

class Gaps extends Visitor {
  /** @type {Set<string>} */
  names = new Set();
  /** @param {boolean} shownOnly Leaves out what only chooses between variants. */
  constructor(shownOnly) {
    super();
    this.shownOnly = shownOnly;
  }
  /** @param {import('@fluent/syntax').SelectExpression} node */
  visitSelectExpression(node) {
    if (!this.shownOnly) this.visit(node.selector);
    for (const variant of node.variants) this.visit(variant);
  }
  /** @param {import('@fluent/syntax').VariableReference} node */
  visitVariableReference(node) {
    this.names.add(node.id.name);
  }
}

/**
 * The messages of a language by file, each with the names of what stands in it.
 * @param {string} tag
 * @param {boolean} shownOnly
 * @returns {Record<string, Map<string, string[]>>}
 */
export function messagesOf(tag, shownOnly = false) {
  const folder = join(LOCALES, tag);
  return Object.fromEntries(
    readdirSync(folder).sort().map((file) => {
      const messages = new Map();
      for (const entry of parse(readFileSync(join(folder, file), 'utf8'), {}).body) {
        if (entry.type === 'Junk') throw new Error(`${tag}/${file}: ${entry.content.trim()}`);
        if (entry.type !== 'Message') continue;
        if (messages.has(entry.id.name)) throw new Error(`${tag}/${file}: ${entry.id.name} stands there twice`);
        const gaps = new Gaps(shownOnly);
        gaps.visit(entry);
        messages.set(entry.id.name, [...gaps.names].sort());
      }
      return [file, messages];
    }),
  );
}

/** The types, as a module. */
export function typesOf(/** @type {Record<string, Map<string, string[]>>} */ files) {
  const all = Object.entries(files).filter(([file]) => file !== SHELL).flatMap(([, messages]) => [...messages]);
  const quoted = (/** @type {string} */ text) => `'${text}'`;
  const plain = all.filter(([, gaps]) => gaps.length === 0).map(([id]) => `  | ${quoted(id)}`);
  const full = all.filter(([, gaps]) => gaps.length > 0).map(([id, gaps]) => `  ${quoted(id)}: ${gaps.map(quoted).join(' | ')};`);
  return `// Written by \`npm run messages\` from locales/en. Not by hand.

/** Messages without gaps. */
export type PlainId =
${plain.join('\n')};

/** Messages with gaps, and what stands in them. */
export interface Variables {
${full.join('\n')}
}
`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) writeFileSync(OUT, typesOf(messagesOf('en')));
