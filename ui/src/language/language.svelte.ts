// What the window says, in the language that is chosen: messages in Fluent's format from the folder `locales`, and numbers, days and
// names in the order and the writing of that language. Whatever is shown is asked for while it is drawn, so that another language
// shows at once. INVARIANT: the language is set before anything is drawn.
import { FluentBundle, FluentResource, type FluentVariable } from '@fluent/bundle';
import type { PlainId, Variables } from './messages';
import { longer, mirrored } from './pseudo';

export type { PlainId, Variables } from './messages';

/** A language there are messages in, as the host names it. */
export type Tag = 'en' | 'de' | 'zh-CN';

/** Two that only tests speak: English that is longer, and English from right to left. */
export type Rehearsed = 'pseudo' | 'rtl';

interface Manner {
  /** Whose numbers and days. */
  locale: string;
  dir: 'ltr' | 'rtl';
  /** How a month is written beside its day: where that would end with a full stop, as a word. */
  month?: 'short' | 'long';
  transform?: (text: string) => string;
}

const manners: Record<Tag | Rehearsed, Manner> = {
  en: { locale: 'en-GB', dir: 'ltr' },
  de: { locale: 'de', dir: 'ltr', month: 'long' },
  'zh-CN': { locale: 'zh-CN', dir: 'ltr' },
  pseudo: { locale: 'en-GB', dir: 'ltr', transform: longer },
  rtl: { locale: 'en-GB', dir: 'rtl', transform: mirrored },
};

/** Each comes as a part of its own: nobody reads three. */
const sources: Record<Tag, () => Promise<{ texts: string[] }>> = {
  en: () => import('./texts/en'),
  de: () => import('./texts/de'),
  'zh-CN': () => import('./texts/zh-CN'),
};

class Spoken {
  readonly number: Intl.NumberFormat;
  readonly seconds: { whole: Intl.NumberFormat; tenths: Intl.NumberFormat };
  readonly exactly: Intl.DateTimeFormat;
  readonly dayAndMonth: Intl.DateTimeFormat;
  readonly dayMonthYear: Intl.DateTimeFormat;
  readonly hourAndMinute: Intl.DateTimeFormat;
  readonly collator: Intl.Collator;
  /** Whether the sentences of the core, which are English, are in this language. */
  readonly isTheCores: boolean;

  constructor(
    readonly tag: Tag | Rehearsed,
    readonly bundle: FluentBundle,
    { locale, month = 'short' }: Manner,
  ) {
    this.number = new Intl.NumberFormat(locale);
    this.seconds = {
      whole: new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }),
      tenths: new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 }),
    };
    this.exactly = new Intl.DateTimeFormat(locale, { dateStyle: 'full', timeStyle: 'medium' });
    this.dayAndMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month });
    this.dayMonthYear = new Intl.DateTimeFormat(locale, { day: 'numeric', month, year: 'numeric' });
    this.hourAndMinute = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
    this.collator = new Intl.Collator(locale, { numeric: true, sensitivity: 'base' });
    this.isTheCores = locale.startsWith('en');
  }
}

let spoken = $state.raw<Spoken | null>(null);

/** The language that is spoken now, with its formats. */
export function language(): Spoken {
  if (!spoken) throw new Error('No language is spoken yet.');
  return spoken;
}

/** Speaks another language from now on, from messages that are at hand. */
export function speakWith(tag: Tag | Rehearsed, texts: string[]): void {
  const manner = manners[tag];
  const bundle = new FluentBundle(manner.locale, { useIsolating: manner.dir === 'rtl', transform: manner.transform });
  for (const text of texts) {
    const [error] = bundle.addResource(new FluentResource(text));
    if (error) throw error;
  }
  spoken = new Spoken(tag, bundle, manner);
  document.documentElement.lang = tag in sources ? tag : 'en';
  document.documentElement.dir = manner.dir;
}

/** The latest language that was asked for; one that comes later than the next counts for nothing. */
let asked: Tag | Rehearsed | null = null;

/** Fetches a language and speaks it. */
export async function speak(tag: Tag | Rehearsed): Promise<void> {
  asked = tag;
  const { texts } = await (tag === 'pseudo' || tag === 'rtl' ? sources.en() : sources[tag]());
  if (asked === tag) speakWith(tag, texts);
}

export const isTag = (text: string | null): text is Tag => text !== null && text in sources;

type Value = string | number;

/** A text; with what stands in it, where it has gaps. */
export function t(id: PlainId): string;
export function t<Id extends keyof Variables>(id: Id, args: Record<Variables[Id], Value>): string;
export function t(id: string, args?: Record<string, FluentVariable>): string {
  const { bundle } = language();
  const pattern = bundle.getMessage(id)?.value;
  // Cannot be, by the types of the ids and the tests over all languages.
  if (pattern === null || pattern === undefined) return id;
  const errors: Error[] = [];
  const text = bundle.formatPattern(pattern, args, errors);
  if (import.meta.env.DEV && errors[0]) throw errors[0];
  return text;
}

/** A number with its separators. */
export const number = (value: number): string => language().number.format(value);

/** Names one after the other. */
export const listed = (names: string[]): string => names.join(t('list-separator'));

/** Sentences one after the other; empty ones are left out. */
export const joined = (...sentences: (string | false | null | undefined)[]): string => sentences.filter(Boolean).join(t('sentence-separator'));

/** Stands in a text for what `Sentence.svelte` draws in its place. */
export const PART = '\uFFFC';
