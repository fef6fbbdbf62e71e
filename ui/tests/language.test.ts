// Every text in every language: none is missing, none is too much, and what stands in it is the same.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { waitFor } from '@testing-library/svelte';
import { parse, type AST } from 'svelte/compiler';
import { describe, expect, test } from 'vitest';
import { HostFailure } from '../src/api/host';
import { messagesOf, SHELL, typesOf } from '../language/write-messages.mjs';
import { joined, language, listed, speakWith, t, type Tag } from '../src/language/language.svelte';
import { longer } from '../src/language/pseudo';
import { texts as de } from '../src/language/texts/de';
import { texts as en } from '../src/language/texts/en';
import { texts as zh } from '../src/language/texts/zh-CN';
import { failureText, ownFailure } from '../src/state/failure';
import { atClock, calendarDay, relative as from } from '../src/state/time';
import { openWindow, screen } from './window';

const SOURCE = join(import.meta.dirname, '../src');
const LANGUAGES: Exclude<Tag, 'en'>[] = ['de', 'zh-CN'];

function* files(folder: string): Generator<string> {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) yield* files(path);
    else if (/\.(ts|svelte)$/.test(name)) yield path;
  }
}

const english = messagesOf('en');
const idsOf = (files: typeof english) => Object.entries(files).map(([file, messages]) => [file, [...messages.keys()].sort()]);
const sources = [...files(SOURCE)].filter((path) => !/messages\.ts$|bindings\.ts$|api\/fake\//.test(path));

describe('the messages', () => {
  test('are the ones that the types name', () => {
    expect(readFileSync(join(SOURCE, 'language/messages.ts'), 'utf8'), 'npm run messages').toBe(typesOf(english));
  });

  test('have each id once', () => {
    const ids = Object.values(english).flatMap((file) => [...file.keys()]);
    expect(ids.length).toBeGreaterThan(900);
    expect(ids.filter((id, place) => ids.indexOf(id) !== place)).toEqual([]);
  });

  test.each(LANGUAGES)('in %s are those of English, in the same files and with the same gaps', (tag) => {
    // What only chooses between variants may have nothing to choose there: Chinese has one plural.
    const own = messagesOf(tag);
    expect(idsOf(own)).toEqual(idsOf(english));
    const lacking = (wanted: typeof own, given: typeof own) =>
      Object.entries(wanted).flatMap(([file, messages]) => [...messages].filter(([id, gaps]) => gaps.some((gap) => !given[file]?.get(id)?.includes(gap))).map(([id]) => id));
    expect(lacking(messagesOf('en', true), messagesOf(tag, true)), 'not said in it').toEqual([]);
    expect(lacking(own, english), 'never given to it').toEqual([]);
  });

  test.each(LANGUAGES)('in %s are translated, but for what is the same there', (tag) => {
    // What is printed on keyboards is often English.
    const same = Object.keys(english).flatMap((file) => {
      const [own, theirs] = [tag, 'en'].map((one) => new Map(readFileSync(join(import.meta.dirname, '../../locales', one, file), 'utf8').split(/\n(?=[a-zA-Z])/).map((message) => [message.split(' =')[0], message.trim()])));
      return [...own!].filter(([id, message]) => !id?.startsWith('cap-') && theirs?.get(id) === message && /\p{L}{2}/u.test(message.replace(/^\S+ =|\{[^}]*\}/g, ''))).map(([id]) => id);
    });
    expect(same.length).toBeLessThan(tag === 'de' ? 40 : 6);
  });

  test('are all used', () => {
    const words = sources.map((path) => readFileSync(path, 'utf8')).join('\n');
    const whole = new Set([...words.matchAll(/'([a-z][\w-]*)'/gi)].map(([, id]) => id ?? ''));
    // `failure-${code}-title`: any word may stand there.
    const made = [...words.matchAll(/`([a-z][\w-]*-)\$\{[^}]*\}(?:(-?[\w-]*)(?:\$\{[^}]*\})?)`/gi)].map(([, start = '', end = '']) => new RegExp(`^${start}[\\w-]+${end}`));
    const ids = Object.entries(english).flatMap(([file, messages]) => (file === SHELL ? [] : [...messages.keys()]));
    expect(ids.filter((id) => !whole.has(id) && !made.some((way) => way.test(id)))).toEqual([]);
  });
});

/** Not prose: names of the program, and what is typed as it stands. */
const ALLOWED = new Set(['Storm Connect', 'placeholder="?code=…"', 'placeholder="proxy.example.com:8080"', 'placeholder="2027-03-31"', 'credential_process = storm token "', '" --format aws']);
const NAMED = new Set(['aria-label', 'title', 'placeholder', 'alt', 'label', 'name', 'text', 'help', 'hint', 'subtitle', 'word', 'button', 'retry']);

function* prose(node: unknown, inside = ''): Generator<string> {
  if (Array.isArray(node)) {
    for (const one of node) yield* prose(one, inside);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const one = node as { type?: string; name?: string; data?: string; value?: unknown };
  if (one.type === 'StyleDirective') return;
  if (one.type === 'Text' && /\p{L}{2}/u.test(one.data ?? '')) yield one.data?.trim() ?? '';
  if (one.type === 'Attribute') {
    const literal = Array.isArray(one.value) ? one.value.map((part: AST.Text) => part.data ?? '').join('') : '';
    if (NAMED.has(one.name ?? '') && /\p{L}{2}/u.test(literal) && !(one.name === 'name' && inside === 'input')) yield `${one.name}="${literal}"`;
    yield* literals(one.value, one.name ?? '');
    return;
  }
  if (one.type === 'ExpressionTag') yield* literals((node as { expression: unknown }).expression, '');
  for (const [key, value] of Object.entries(node)) {
    if (key === 'metadata' || key === 'instance' || key === 'module' || key === 'css') continue;
    yield* prose(value, one.type === 'RegularElement' ? (one.name ?? '') : inside);
  }
}

/** Sentences in the code of the markup. */
function* literals(node: unknown, attribute: string): Generator<string> {
  if (Array.isArray(node)) {
    for (const one of node) yield* literals(one, attribute);
    return;
  }
  if (typeof node !== 'object' || node === null) return;
  const one = node as { type?: string; value?: unknown };
  if (one.type === 'Literal' && typeof one.value === 'string' && /^\p{Lu}.*\s\S|[.…?]$/u.test(one.value)) yield one.value;
  for (const value of Object.values(node)) yield* literals(value, attribute);
}

describe('the markup', () => {
  test.each(sources.map((path) => relative(SOURCE, path)).filter((path) => path.endsWith('.svelte')))('of %s says nothing by itself', (file) => {
    const { fragment } = parse(readFileSync(join(SOURCE, file), 'utf8'), { modern: true });
    expect([...prose(fragment)].filter((text) => !ALLOWED.has(text))).toEqual([]);
  });

  test('is found out when it does', () => {
    const said = (markup: string) => [...prose(parse(markup, { modern: true }).fragment)];
    expect(said('<p>Two words</p>')).toEqual(['Two words']);
    expect(said('<Button title="Open it">{t("x")}</Button>')).toEqual(['title="Open it"']);
    expect(said(`<p title={open ? 'It is open.' : undefined}>{done ? 'All done' : ''}</p>`)).toEqual(['It is open.', 'All done']);
  });

  test('nor does the code beside it', () => {
    const sentence = /(['`])\p{Lu}[\p{Ll}’]+ [^'`]*\p{L}{2}[^'`]*\1/u;
    const found = sources.flatMap((path) =>
      readFileSync(path, 'utf8')
        .split('\n')
        .filter((line) => !/^\s*(\/\/|\*|\/\*)|new Error\(|Inter Variable/.test(line) && sentence.test(line))
        .map((line) => `${relative(SOURCE, path)}: ${line.trim()}`),
    );
    expect(found).toEqual([]);
  });
});

const NOW = new Date(2026, 10, 22, 14, 3, 0).getTime();
const DAY = 86_400_000;

describe('a language', () => {
  test('has its own plural', () => {
    const say = (tag: Tag, texts: string[]) => {
      speakWith(tag, texts);
      return [0, 1, 2, 1_234].map((n) => t('common-integrations', { n }));
    };
    expect(say('en', en)).toEqual(['0 integrations', '1 integration', '2 integrations', '1,234 integrations']);
    expect(say('de', de)).toEqual(['0 Integrationen', '1 Integration', '2 Integrationen', '1.234 Integrationen']);
    expect(say('zh-CN', zh)).toEqual(['0 个集成', '1 个集成', '2 个集成', '1,234 个集成']);
  });

  test('has its own times and days', () => {
    speakWith('de', de);
    expect([from(NOW - 120_000, NOW), from(NOW + 26 * 3_600_000, NOW), from(NOW - 40 * DAY, NOW)]).toEqual(['vor 2 min', 'morgen', 'am 13. Oktober']);
    expect(atClock(NOW - 3 * DAY, NOW)).toBe('am 19. November um 14:03 Uhr');
    speakWith('zh-CN', zh);
    expect([from(NOW - 120_000, NOW), calendarDay(NOW - 40 * DAY, NOW), atClock(NOW, NOW)]).toEqual(['2 分钟前', '10月13日', '今天 14:03']);
  });

  test('puts names and sentences one after the other in its own way', () => {
    speakWith('zh-CN', zh);
    expect(listed(['A', 'B'])).toBe('A、B');
    expect(joined('一。', '', '二。')).toBe('一。二。');
    speakWith('de', de);
    expect(listed(['A', 'B'])).toBe('A, B');
    expect(joined('Eins.', null, 'Zwei.')).toBe('Eins. Zwei.');
  });

  test('sorts as its readers do', () => {
    speakWith('de', de);
    expect(['Zebra', 'Ärzte', 'Apfel'].sort(language().collator.compare)).toEqual(['Apfel', 'Ärzte', 'Zebra']);
  });

  test('is named by the page, with its direction', () => {
    speakWith('zh-CN', zh);
    expect([document.documentElement.lang, document.documentElement.dir]).toEqual(['zh-CN', 'ltr']);
    speakWith('rtl', en);
    expect([document.documentElement.lang, document.documentElement.dir]).toEqual(['en', 'rtl']);
  });

  test('quotes what the core says in English behind its own words, and says its own alone', () => {
    const failure = { code: 'disk_full', message: 'There is no room.', action: null, field: null, connector: null } as const;
    expect(failureText(failure).text).toBe('There is no room.');
    speakWith('de', de);
    expect(failureText(failure).text).toBe('Nichts wurde geändert. Platz schaffen und dann erneut versuchen. „There is no room.“');
    expect(failureText(ownFailure('file_not_usable', t('drop-one-only'))).text).toBe(t('drop-one-only'));
  });
});

test('the pseudo-language is two fifths longer and still the same text', () => {
  for (const text of ['Pause all', 'Nothing needs you right now.', 'OK']) {
    expect(longer(text).length / text.length).toBeGreaterThanOrEqual(1.25);
    expect(longer(text).normalize('NFD').replace(/\p{M}/gu, '').toLowerCase()).toMatch(new RegExp([...text.toLowerCase()].map((one) => (/[aeiou]/.test(one) ? `${one}+` : one.replace(/[.]/, '\\.'))).join('')));
  }
});

describe('the setting', () => {
  test('is followed at once, wherever the window stands, and kept', async () => {
    const { user, host } = await openWindow();
    await user.click(screen.getByTestId('nav-settings'));
    expect((await screen.findByTestId('language-system') as HTMLInputElement).checked).toBe(true);
    await user.click(screen.getByTestId('language-de'));
    await waitFor(() => expect(screen.getByTestId('nav-health').textContent).toContain('Zustand'));
    expect(document.documentElement.lang).toBe('de');
    expect((await host.preferences()).language).toBe('de');
    await user.click(screen.getByTestId('nav-integrations'));
    expect((await screen.findByTestId('integration-list')).textContent).toContain('Verbunden');
    expect(screen.getByTestId('filter-needs').textContent).toContain('Handlung nötig');
    await user.click(screen.getByTestId('nav-settings'));
    await user.click(await screen.findByTestId('language-system'));
    await waitFor(() => expect(screen.getByTestId('nav-health').textContent).toContain('Health'));
  });

  test('and quiet hours chosen right after it both stay', async () => {
    const { user, host } = await openWindow();
    await user.click(screen.getByTestId('nav-settings'));
    await user.click(await screen.findByTestId('language-zh-CN'));
    await user.click(await screen.findByTestId('quiet-hours'));
    await waitFor(async () => expect(await host.preferences()).toMatchObject({ language: 'zh-CN', notifications: { quiet: { from: 1_320 } } }));
  });

  test('that is refused goes back, and says so', async () => {
    const { user, host } = await openWindow();
    await user.click(screen.getByTestId('nav-settings'));
    await screen.findByTestId('language-de');
    host.setPreferences = () => Promise.reject(new HostFailure({ code: 'disk_full', message: 'There is no room.', action: null, field: null, connector: null }));
    await user.click(screen.getByTestId('language-de'));
    expect((await screen.findByTestId('language-problem')).textContent).toContain('There is no room.');
    await waitFor(() => expect((screen.getByTestId('language-system') as HTMLInputElement).checked).toBe(true));
    expect(document.documentElement.lang).toBe('en');
  });
});

describe('the styles', () => {
  const PHYSICAL = /(?<![\w.-])(?:(?:margin|padding|border|scroll-margin|scroll-padding)-(?:left|right)|left|right|border-(?:top|bottom)-(?:left|right)-radius)(?:-\w+)?\s*:|(?:text-align|float|clear)\s*:\s*(?:left|right)|transform-origin\s*:\s*(?:left|right)|style:(?:left|right)=/;
  const LOPSIDED = /(?<![\w-])(?:margin|padding|inset|scroll-margin|scroll-padding|border-width)\s*:\s*[^\s;]+ ([^\s;]+) [^\s;]+ ([^\s;]+)\s*;/;

  const faults = (style: string) =>
    style.split('\n').filter((line) => {
      const [, right, left] = LOPSIDED.exec(line) ?? [];
      return PHYSICAL.test(line) || right !== left;
    });

  test('know no left and right, so that they hold from right to left', () => {
    const styles = [...files(SOURCE)].filter((path) => path.endsWith('.svelte'));
    const found = [...styles, join(SOURCE, 'styles/base.css'), join(SOURCE, 'styles/tokens.css')].flatMap((path) => {
      const source = readFileSync(path, 'utf8');
      const style = path.endsWith('.css') ? source : `${/<style>.*<\/style>/s.exec(source)?.[0] ?? ''}\n${source.split('\n').filter((line) => /style:(left|right)=/.test(line)).join('\n')}`;
      return faults(style).map((line) => `${relative(SOURCE, path)}: ${line.trim()}`);
    });
    expect(found).toEqual([]);
  });

  test('are found out when they do', () => {
    expect(faults('a { margin-left: 2px; }\nb { padding: 1px 2px 1px 3px; }\nc { margin-inline: 1px; inset-inline-start: 0; padding: 1px 2px 3px 2px; }\nd { left: 0; }')).toHaveLength(3);
  });
});
