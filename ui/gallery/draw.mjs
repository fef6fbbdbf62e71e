// Draws every scene in a plain browser over the fake host, light and dark, looks at each with axe, and puts the pictures on one page.
// usage: node gallery/draw.mjs FOLDER [SCENE...] [--language=pseudo|de|zh-CN|rtl]
// In another language each scene is drawn in the smallest window and in a large one instead, and nothing may be cut or stand out of its
// place: text that is meant to end with an ellipsis, and what scrolls, excepted.
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';
import { chapters } from './scenes.mjs';

const given = process.argv.slice(2);
const language = given.flatMap((one) => /^--language=(.+)$/.exec(one)?.[1] ?? [])[0] ?? null;
const [folder, ...only] = given.filter((one) => !one.startsWith('--'));
if (!folder) throw new Error('usage: node gallery/draw.mjs FOLDER [SCENE...]');
const out = resolve(folder);
const root = fileURLToPath(new URL('..', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

const SIZE = { width: 1100, height: 720 };
const SCHEMES = /** @type {const} */ (['light', 'dark']);
const SIZES = { light: { width: 720, height: 480 }, dark: { width: 1280, height: 900 } };

await build({ root, mode: 'fake', logLevel: 'warn', build: { outDir: join(out, 'page') } });
const server = await preview({ root, logLevel: 'warn', build: { outDir: join(out, 'page') }, preview: { host: '127.0.0.1', port: 0, strictPort: false } });
const base = server.resolvedUrls?.local[0];
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
let pictures = 0;
/** @type {string[]} */
const faults = [];

/** Runs in the page: what is wider than its place, and neither scrolls nor ends with an ellipsis. @returns {string[]} */
function cutOff() {
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    if (element instanceof SVGElement || element.closest('.unseen, [aria-hidden=true]') || element.matches('input, select, textarea')) continue;
    const { overflowX, textOverflow, display } = getComputedStyle(element);
    if (display === 'inline' || display === 'contents' || element.clientWidth === 0) continue;
    const meant = ['auto', 'scroll'].includes(overflowX) || textOverflow === 'ellipsis';
    const name = element.closest('[data-test]')?.getAttribute('data-test') ?? element.tagName;
    const text = (element.textContent ?? '').trim().slice(0, 60);
    if (!meant && element.scrollWidth > element.clientWidth + 4) found.push(`${name} ${element.className}: ${element.scrollWidth} in ${element.clientWidth}: ${text}`);
  }
  return found;
}

/** @param {import('./scenes.mjs').Scene} scene @param {'light' | 'dark'} scheme */
async function draw(scene, scheme) {
  const { width, height } = language ? SIZES[scheme] : (scene.size ?? SIZE);
  const zoom = language ? 1 : (scene.zoom ?? 1);
  // A zoomed page has fewer pixels of its own to be laid out in.
  const page = await browser.newPage({
    viewport: { width: width / zoom, height: height / zoom },
    deviceScaleFactor: zoom,
    colorScheme: scheme,
    reducedMotion: 'reduce',
  });
  try {
    page.setDefaultTimeout(20_000);
    page.on('pageerror', (error) => faults.push(`${scene.name} (${scheme}): ${error.message}`));
    await page.goto(`${base}?fake=${scene.fake ?? ''}&still${language ? `&language=${language}` : ''}`);
    await page.locator('html[data-ready=true]').waitFor();
    await scene.act?.(page);
    await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
    await page.screenshot({ path: join(out, `${scene.name}-${scheme}.png`) });
    pictures += 1;
    if (language) faults.push(...(await page.evaluate(cutOff)).map((what) => `${scene.name} (${scheme}): ${what}`));
    if (language) return; // axe has looked at it in English
    // A menu that is open lies beside the landmarks.
    await page.addScriptTag({ path: axe });
    const { violations } = await page.evaluate('axe.run(document.body, { rules: { region: { enabled: false } } })');
    for (const { id, nodes } of violations) {
      faults.push(...nodes.map((/** @type {{ html: string, failureSummary: string }} */ { html, failureSummary }) =>
        `${scene.name} (${scheme}): ${id}: ${html.slice(0, 140)}\n    ${failureSummary.split('\n').slice(1, 2).join(' ').trim()}`));
    }
    const wide = await page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
    if (wide) faults.push(`${scene.name} (${scheme}): is wider than its window`);
  } catch (error) {
    faults.push(`${scene.name} (${scheme}): ${String(error).split('\n')[0]}`);
  } finally {
    await page.close();
  }
}

const escaped = (/** @type {string} */ text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const shown = (/** @type {import('./scenes.mjs').Scene} */ { name, title }) => `<figure><figcaption>${escaped(title)} <code>${name}</code></figcaption>
  ${SCHEMES.map((scheme) => `<a href="${name}-${scheme}.png"><img src="${name}-${scheme}.png" alt="${escaped(title)}, ${scheme}" loading="lazy"></a>`).join('\n  ')}</figure>`;
const index = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Storm Connect, every view</title>
<style>body { font: 15px system-ui; margin: 24px; } figure { margin: 0 0 24px; } img { width: 48%; border: 1px solid #8886; } code { color: #777; }</style>
<h1>Storm Connect, every view</h1>
${Object.entries(chapters).map(([chapter, scenes]) => `<h2>${escaped(chapter)}</h2>\n${scenes.map(shown).join('\n')}`).join('\n')}
</html>
`;

await mkdir(out, { recursive: true });
for (const scene of Object.values(chapters).flat()) {
  if (only.length > 0 && !only.includes(scene.name)) continue;
  for (const scheme of SCHEMES) await draw(scene, scheme);
}
await writeFile(join(out, 'index.html'), index);
await browser.close();
await server.close();
for (const fault of faults) console.error(fault);
console.log(`gallery: ${pictures} pictures, ${faults.length} faults; ${join(out, 'index.html')}`);
process.exitCode = faults.length > 0 ? 1 : 0;
