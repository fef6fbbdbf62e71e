// The keys of the window, in one table: what they do, where, and which they are. Whoever listens to keys, hints in menus and on
// buttons, and the sheet behind "?" read it. A letter counts only where nobody types, and can be turned off (WCAG 2.2, 2.1.4).
import { t } from '../language/language.svelte';

export type Shortcut = keyof typeof shortcuts;

/** Where keys work. `integration` is the page, and the list for the row that has the focus; the list itself listens to `list`. */
export type Scope = 'window' | 'view' | 'integration' | 'list';

interface Entry {
  scope: Scope;
  /** Ways to press it, the one to show first. `+` joins keys held together, a space those one after the other; Mod is Ctrl, or ⌘ on macOS. */
  keys: [string, ...string[]];
}

const table = <Names extends string>(entries: Record<Names, Entry>): Record<Names, Entry> => entries;

export const shortcuts = table({
  palette: { scope: 'window', keys: ['Mod+K'] },
  search: { scope: 'window', keys: ['/', 'Mod+F'] },
  add: { scope: 'window', keys: ['n', 'Mod+N'] },
  paste: { scope: 'window', keys: ['Mod+V'] },
  undo: { scope: 'window', keys: ['Mod+Z'] },
  sheet: { scope: 'window', keys: ['?'] },
  leave: { scope: 'window', keys: ['Escape'] },
  integrations: { scope: 'view', keys: ['g i', 'Mod+1'] },
  health: { scope: 'view', keys: ['g h', 'Mod+2'] },
  activity: { scope: 'view', keys: ['g a', 'Mod+3'] },
  settings: { scope: 'view', keys: ['g s', 'Mod+4'] },
  verify: { scope: 'integration', keys: ['v'] },
  refresh: { scope: 'integration', keys: ['r'] },
  reconnect: { scope: 'integration', keys: ['c'] },
  pause: { scope: 'integration', keys: ['p'] },
  label: { scope: 'integration', keys: ['l'] },
  rename: { scope: 'integration', keys: ['F2'] },
  disconnect: { scope: 'integration', keys: ['Delete'] },
  move: { scope: 'list', keys: ['ArrowUp', 'ArrowDown', 'Home', 'End', 'PageUp', 'PageDown'] },
  across: { scope: 'list', keys: ['ArrowLeft', 'ArrowRight'] },
  open: { scope: 'list', keys: ['Enter'] },
  select: { scope: 'list', keys: ['Space'] },
  extend: { scope: 'list', keys: ['Shift+ArrowUp', 'Shift+ArrowDown', 'Shift+Space'] },
  select_all: { scope: 'list', keys: ['Mod+A'] },
});

/** Keys that mean something else to a field. */
const ofFields: Shortcut[] = ['undo', 'paste'];

/** What it does. */
export const shortcutTitle = (shortcut: Shortcut): string => t(`shortcut-${shortcut}`);

export const scopes: Scope[] = ['window', 'view', 'integration', 'list'];
export const scopeTitle = (scope: Scope): string => t(`shortcut-scope-${scope}`);

/** How long the second of two keys may take. */
const PATIENCE_MS = 1_500;

export const onMac = (): boolean => /mac/i.test(navigator.platform);

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));

const inMenu = (target: EventTarget | null): boolean => target instanceof Element && target.closest('[role=menu]') !== null;

const isLetter = (key: string) => /^\p{L}$/u.test(key);

/** Whether it is pressed as one types: `n`, `g i`, `/`. */
const isLetters = (way: string) => way.split(' ')[0]!.length === 1;

/** Whether the event is this one press, such as `Mod+K`. */
function isPress(event: KeyboardEvent, press: string, mac: boolean): boolean {
  const parts = press.split('+');
  const key = parts.pop() ?? '';
  const [held, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (event.altKey || other || held !== parts.includes('Mod')) return false;
  // Where "?" lies, and with which keys it is typed, is the keyboard's business.
  const isSign = key.length === 1 && !isLetter(key);
  if (!isSign && event.shiftKey !== parts.includes('Shift')) return false;
  if (isSign && /\d/.test(key) && event.code === `Digit${key}`) return true;
  return event.key.toLowerCase() === (key === 'Space' ? ' ' : key.toLowerCase());
}

/** Whether the event is one of the keys of an entry that takes a single press. */
export const isPressed = (event: KeyboardEvent, shortcut: Shortcut, mac = onMac()): boolean =>
  shortcuts[shortcut].keys.some((press) => isPress(event, press, mac));

/** Listens to the keys that work everywhere, and remembers the first of two. */
export class Keys {
  #first: { key: string; at: number } | null = null;

  constructor(private readonly mac = onMac()) {}

  /** What the press means; null = nothing, or nothing yet. Without `letters`, no letter or sign means anything by itself. */
  press(event: KeyboardEvent, letters = true): Shortcut | null {
    if (['Shift', 'Control', 'Meta', 'Alt'].includes(event.key)) return null;
    const first = this.#first && event.timeStamp - this.#first.at <= PATIENCE_MS ? this.#first.key : null;
    this.#first = null;
    if (event.defaultPrevented || event.isComposing || inMenu(event.target)) return null;
    const typing = isTyping(event.target);
    let begun: string | null = null;
    let found: Shortcut | null = null;
    for (const [name, { scope, keys }] of Object.entries(shortcuts) as [Shortcut, Entry][]) {
      if (scope === 'list') continue;
      for (const way of keys) {
        const [one, two] = way.split(' ') as [string, string | undefined];
        if (typing && (!way.startsWith('Mod+') || ofFields.includes(name))) continue;
        if (!letters && isLetters(way)) continue;
        if (two === undefined) {
          if (isPress(event, one, this.mac)) found ??= name;
        } else if (first === one && isPress(event, two, this.mac)) {
          return name;
        } else if (isPress(event, one, this.mac)) {
          begun = one;
        }
      }
    }
    if (begun !== null) this.#first = { key: begun, at: event.timeStamp };
    return first === null ? found : null;
  }
}

const arrows: Record<string, string> = { ArrowUp: '↑', ArrowDown: '↓', ArrowLeft: '←', ArrowRight: '→' };
const writtenOnMac: Record<string, string> = { ...arrows, Escape: 'esc', Delete: '⌫', Enter: '↩', Shift: '⇧', Mod: '⌘' };
/** As it is printed on keyboards where the language is spoken. */
const named = ['Mod', 'Shift', 'Delete', 'Escape', 'Enter', 'Space', 'Home', 'End', 'PageUp', 'PageDown'] as const;

/** How one key is written. */
export function cap(key: string, mac = onMac()): string {
  const sign = (mac ? writtenOnMac : arrows)[key];
  if (sign) return sign;
  const name = named.find((one) => one === key);
  return name ? t(`cap-${name}`) : isLetter(key) ? key.toUpperCase() : key;
}

interface Written {
  mac?: boolean;
  /** Whether letters are keys. */
  letters?: boolean;
}

/** The ways to press it that are not off. */
export const waysOf = (shortcut: Shortcut, letters = true): string[] => shortcuts[shortcut].keys.filter((way) => letters || !isLetters(way));

/** The caps to draw for each way to press it: `[['Ctrl', 'K']]`, `[['G', 'I'], …]`. */
export const capsOf = (shortcut: Shortcut, { mac = onMac(), letters = true }: Written = {}): string[][] =>
  waysOf(shortcut, letters).map((way) => way.split(/[ +]/).map((key) => cap(key, mac)));

/** The way to show beside a word: "Ctrl K", "⌘K", "G I". */
export const hintOf = (shortcut: Shortcut, mac = onMac()): string => (capsOf(shortcut, { mac })[0] ?? []).join(mac && shortcuts[shortcut].keys[0].includes('+') ? '' : ' ');

/** The same for `aria-keyshortcuts`, which knows no keys one after the other. */
export const ariaKeysOf = (shortcut: Shortcut, mac = onMac()): string =>
  shortcuts[shortcut].keys
    .filter((way) => !way.includes(' '))
    .map((way) => way.replace('Mod', mac ? 'Meta' : 'Control'))
    .join(' ');
