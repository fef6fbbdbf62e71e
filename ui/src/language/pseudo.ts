// English made harder, to find what does not fit: accented and two fifths longer, or from right to left. Never spoken outside of tests.

const ACCENTED: Record<string, string> = { a: 'á', e: 'é', i: 'í', o: 'ó', u: 'ú', A: 'Á', E: 'É', I: 'Í', O: 'Ó', U: 'Ú', c: 'ç', n: 'ñ', y: 'ý' };
const SHARE = 0.4;

/** Accented, and longer by two fifths of its letters. */
export function longer(text: string): string {
  const letters = [...text].filter((one) => /\p{L}/u.test(one)).length;
  let missing = Math.ceil(letters * SHARE);
  const vowels = [...text].filter((one) => /[aeiou]/i.test(one)).length;
  const times = vowels === 0 ? 0 : Math.ceil(missing / vowels);
  return [...text]
    .map((one) => {
      const accented = ACCENTED[one] ?? one;
      if (!/[aeiou]/i.test(one) || missing <= 0) return accented;
      const more = Math.min(times, missing);
      missing -= more;
      return accented + accented.toLowerCase().repeat(more);
    })
    .join('');
}

/** Each letter where the writing goes from right to left. */
export const mirrored = (text: string): string => (/\p{L}/u.test(text) ? `\u202e${text}\u202c` : text);
