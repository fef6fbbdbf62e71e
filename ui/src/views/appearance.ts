// Whether the page is light or dark: by itself where its user chose so, and else as the system is.
import type { Appearance } from '../api/host';

const CHOICES: readonly string[] = ['system', 'light', 'dark'] satisfies Appearance[];

export const isAppearance = (word: string | null): word is Appearance => word !== null && CHOICES.includes(word);

/** Draws the page so; `tokens.css` knows it by the mark. */
export function appear(appearance: Appearance): void {
  const { dataset } = document.documentElement;
  if (appearance === 'system') delete dataset.theme;
  else dataset.theme = appearance;
}
