// A plain browser with the window over the fake host in it, where scenes are played. It knows nothing of what they are looked at for.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { build, preview } from 'vite';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('./scenes.mjs').Scene} Scene */
/** @typedef {'light' | 'dark'} Scheme */

export const SCHEMES = /** @type {Scheme[]} */ (['light', 'dark']);
export const SIZE = { width: 1100, height: 720 };
export const SMALLEST = { width: 720, height: 480 };

const root = fileURLToPath(new URL('..', import.meta.url));
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const PATIENCE_MS = 20_000;

/** Builds the page into `folder`, serves it on loopback, and starts the browser. */
export async function openStage(/** @type {string} */ folder) {
  const outDir = join(folder, 'page');
  await build({ root, mode: 'fake', logLevel: 'error', build: { outDir, reportCompressedSize: false } });
  const server = await preview({ root, logLevel: 'warn', build: { outDir }, preview: { host: '127.0.0.1', port: 0, strictPort: false } });
  const base = server.resolvedUrls?.local[0];
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  return {
    /** The first page of a scene, in a window of its own. */
    page: async (/** @type {{ size?: { width: number, height: number }, zoom?: number, scheme?: Scheme }} */ { size = SIZE, zoom = 1, scheme = 'light' } = {}) => {
      // A zoomed page has fewer pixels of its own to be laid out in.
      const viewport = { width: size.width / zoom, height: size.height / zoom };
      const page = await browser.newPage({ viewport, deviceScaleFactor: zoom, colorScheme: scheme, reducedMotion: 'reduce' });
      page.setDefaultTimeout(PATIENCE_MS);
      return page;
    },
    /** Plays a scene from its beginning, in the language if one is given. */
    play: async (/** @type {Page} */ page, /** @type {Scene} */ scene, /** @type {string | null} */ language = null) => {
      await page.context().setOffline(false);
      await page.goto(`${base}?fake=${scene.fake ?? ''}&still${language ? `&language=${language}` : ''}`);
      await page.locator('html[data-ready=true]').waitFor();
      await scene.act?.(page);
      if (!scene.busy) await page.locator('[aria-busy=true]').first().waitFor({ state: 'detached' });
      await settled(page);
    },
    close: async () => {
      await browser.close();
      await server.close();
    },
  };
}

/** Does all of it, as many at once as there are `hands`. @template Work @param {Work[]} all @param {number} hands @param {(one: Work, hand: number) => Promise<void>} work */
export async function together(all, hands, work) {
  const left = all.values();
  await Promise.all(Array.from({ length: hands }, async (_, hand) => {
    for (const one of left) await work(one, hand);
  }));
}

/** What follows from the last click or another size is drawn, and the fonts with it. */
export const settled = (/** @type {Page} */ page) => page.evaluate('document.fonts.ready.then(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(null)))))');

/** What axe finds wrong on the page as it is, or about its colours alone. @returns {Promise<string[]>} */
export async function violations(/** @type {Page} */ page, coloursAlone = false) {
  if (!(await page.evaluate(`'axe' in globalThis`))) await page.addScriptTag({ path: axe });
  // A menu that is open lies beside the landmarks.
  const rules = coloursAlone ? `runOnly: { type: 'rule', values: ['color-contrast', 'link-in-text-block'] }` : 'rules: { region: { enabled: false } }';
  const found = await page.evaluate(`axe.run(document.body, { resultTypes: ['violations'], ${rules} })`);
  return found.violations.flatMap((/** @type {{ id: string, nodes: { html: string, failureSummary: string }[] }} */ { id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 140)}\n    ${failureSummary.split('\n').slice(1, 2).join(' ').trim()}`));
}

/** What is wider than its place and neither scrolls nor is meant to end with an ellipsis; the window itself, too. @returns {Promise<string[]>} */
export const overflows = (/** @type {Page} */ page) => page.evaluate(() => {
  const found = [];
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth > clientWidth) found.push(`the page: ${scrollWidth} in ${clientWidth}`);
  for (const element of document.querySelectorAll('body *')) {
    if (element instanceof SVGElement || element.closest('.unseen, [aria-hidden=true]') || element.matches('input, select, textarea')) continue;
    const { overflowX, textOverflow, display } = getComputedStyle(element);
    if (display === 'inline' || display === 'contents' || element.clientWidth <= 1) continue; // or only for a screen reader
    const meant = ['auto', 'scroll'].includes(overflowX) || textOverflow === 'ellipsis';
    const name = element.closest('[data-test]')?.getAttribute('data-test') ?? element.tagName;
    const text = (element.textContent ?? '').trim().slice(0, 60);
    if (!meant && element.scrollWidth > element.clientWidth + 4) found.push(`${name} ${element.className}: ${element.scrollWidth} in ${element.clientWidth}: ${text}`);
  }
  return found;
});
