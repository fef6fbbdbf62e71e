// Plays every scene in a plain browser and looks at each: axe in light and dark finds nothing, and with text that is two fifths longer
// nothing is cut off or stands out of its place, in the smallest window and in a large one. Keeps no pictures.
// usage: node gallery/check.mjs FOLDER [SCENE...]; the last line is `N passed, N failed`.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { missing } from './matrix.mjs';
import { chapters } from './scenes.mjs';
import { openStage, overflows, SCHEMES, settled, SIZE, SMALLEST, together, violations } from './stage.mjs';

/** @typedef {import('./stage.mjs').Page} Page */
/** @typedef {import('./scenes.mjs').Scene} Scene */

const LARGE = { width: 1280, height: 900 };

const [folder, ...only] = process.argv.slice(2);
if (!folder) throw new Error('usage: node gallery/check.mjs FOLDER [SCENE...]');
const all = Object.values(chapters).flat();
const scenes = all.filter(({ name }) => only.length === 0 || only.includes(name));
const stage = await openStage(resolve(folder));
let passed = 0;
let failed = 0;

/** Counts a look as one test. */
function count(/** @type {string} */ name, /** @type {string[]} */ faults) {
  if (faults.length === 0) passed += 1;
  else failed += 1;
  for (const fault of faults) console.log(`${name}: ${fault}`);
}

/** A page whose script fails is a fault of whatever is looked at just then. */
async function looked(/** @type {Page} */ page, /** @type {() => Promise<string[]>} */ look) {
  /** @type {string[]} */
  const faults = [];
  const heard = (/** @type {Error} */ error) => faults.push(error.message);
  page.on('pageerror', heard);
  try {
    faults.push(...(await look()));
  } catch (error) {
    faults.push(String(error).split('\n').slice(0, 3).join(' '));
  }
  page.off('pageerror', heard);
  return faults;
}

const fit = (/** @type {{ width: number, height: number }} */ { width, height }, zoom = 1) => ({ width: width / zoom, height: height / zoom });

async function check(/** @type {Page} */ page, /** @type {Scene} */ scene) {
  await page.setViewportSize(fit(scene.size ?? SIZE, scene.zoom));
  await page.emulateMedia({ colorScheme: 'light' });
  const faults = await looked(page, async () => {
    await stage.play(page, scene);
    return violations(page);
  });
  count(`${scene.name} (light)`, faults);
  // The same page in other colours: every other rule has spoken.
  await page.emulateMedia({ colorScheme: 'dark' });
  count(`${scene.name} (dark)`, await looked(page, () => violations(page, true)));
}

async function checkLonger(/** @type {Page} */ page, /** @type {Scene} */ scene) {
  await page.setViewportSize(LARGE);
  const faults = await looked(page, async () => {
    await stage.play(page, scene, 'pseudo');
    return overflows(page);
  });
  count(`${scene.name} (longer text)`, faults);
  await page.setViewportSize(SMALLEST);
  count(`${scene.name} (longer text, smallest window)`, await looked(page, () => settled(page).then(() => overflows(page))));
}

const hands = availableParallelism() + 1;
const pages = await Promise.all(Array.from({ length: hands }, () => stage.page()));
const time = async (/** @type {string} */ what, /** @type {(page: Page, scene: Scene) => Promise<void>} */ work) => {
  const begun = Date.now();
  await together(scenes, hands, (scene, hand) => work(/** @type {Page} */ (pages[hand]), scene));
  console.log(`${what}: ${((Date.now() - begun) / 1000).toFixed(0)} s`);
};

count('the views and their states', missing(all.map(({ name }) => name)));
await time(`axe, ${scenes.length} scenes in ${SCHEMES.join(' and ')}`, check);
await time(`longer text, ${scenes.length} scenes in two windows`, checkLonger);
await stage.close();
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;
