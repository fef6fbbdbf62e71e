// Every pair of text and ground that the styles use stands out at least 4.5 : 1, in light and dark (WCAG 2.2, 1.4.3),
// and at least 7 : 1 for who asks for more contrast (1.4.6).
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

type Rgb = [number, number, number];

const [plain, more] = readFileSync(join(import.meta.dirname, '../src/styles/tokens.css'), 'utf8').split('@media (prefers-contrast: more)') as [string, string];
const OKLCH = String.raw`oklch\(([\d.]+)%\s+([\d.]+)\s+([\d.]+)\)`;

/** Relative luminance of an OKLCH colour; the constants are those of CSS Color 4. */
function luminance(lightness: number, chroma: number, hue: number): number {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const linear: Rgb = [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
  const [red, green, blue] = linear.map((channel) => Math.min(1, Math.max(0, channel))) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function token(name: string, tokens = plain): { light: number; dark: number } {
  const found = new RegExp(`--${name}:\\s*light-dark\\(${OKLCH},\\s*${OKLCH}\\)`).exec(tokens);
  if (!found) throw new Error(`no token ${name}`);
  const [l1, c1, h1, l2, c2, h2] = found.slice(1).map(Number) as [number, number, number, number, number, number];
  return { light: luminance(l1 / 100, c1, h1), dark: luminance(l2 / 100, c2, h2) };
}

/** What has no token of its own there is as it is elsewhere. */
const withMore = (name: string) => (more.includes(`--${name}:`) ? token(name, more) : token(name));

const contrast = (one: number, other: number) => (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);

const grounds = ['window', 'panel', 'raised', 'hover'];
const pairs: [string, string][] = [
  ...grounds.flatMap((ground): [string, string][] => [['ink', ground], ['ink-2', ground], ['ink-3', ground]]),
  ...['panel', 'hover', 'window', 'raised'].flatMap((ground): [string, string][] => [['good', ground], ['soon', ground], ['need', ground], ['idle', ground]]),
  ...['good-soft', 'soon-soft', 'need-soft', 'accent-soft'].flatMap((ground): [string, string][] => [['ink', ground], ['ink-2', ground]]),
  ['ink', 'sidebar'],
  ['ink-2', 'sidebar'],
  ['on-accent', 'accent'],
  ['window', 'ink'],
];

describe('the tokens', () => {
  test('are read as the browser reads them', () => {
    expect(contrast(luminance(1, 0, 0), luminance(0, 0, 0))).toBeCloseTo(21, 1);
  });

  test.each(pairs)('%s on %s can be read', (text, ground) => {
    expect(contrast(token(text).light, token(ground).light)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(token(text).dark, token(ground).dark)).toBeGreaterThanOrEqual(4.5);
  });

  test.each(pairs)('%s on %s can be read more easily by who asks for that', (text, ground) => {
    expect(contrast(withMore(text).light, withMore(ground).light)).toBeGreaterThanOrEqual(7);
    expect(contrast(withMore(text).dark, withMore(ground).dark)).toBeGreaterThanOrEqual(7);
  });

  test.each(['line', 'line-strong'])('%s is an edge that who asks for more contrast sees', (line) => {
    for (const ground of grounds) {
      expect(contrast(withMore(line).light, withMore(ground).light)).toBeGreaterThanOrEqual(3);
      expect(contrast(withMore(line).dark, withMore(ground).dark)).toBeGreaterThanOrEqual(3);
    }
  });
});
