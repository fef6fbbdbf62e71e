// Draws every scene, light and dark, and puts the pictures on one page: first a table of each view in each of its states, then all.
// usage: node gallery/draw.mjs FOLDER [SCENE...] [--language=pseudo|de|zh-CN|rtl] [--look=contrast|forced]
// In another language a scene is drawn in the smallest window and in a large one instead, and whatever is cut off or stands out of its
// place is named. Looks: `contrast`, for who wants more of it; `forced`, where the system sets the colours.
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { missing } from './matrix.mjs';
import { indexPage } from './page.mjs';
import { chapters } from './scenes.mjs';
import { openStage, overflows, SCHEMES, SMALLEST, together } from './stage.mjs';

const LOOKS = { contrast: { contrast: 'more' }, forced: { forcedColors: 'active' } };
const SIZES = { light: SMALLEST, dark: { width: 1280, height: 900 } };
const HANDS = 2;

const given = process.argv.slice(2);
const option = (/** @type {string} */ name) => given.flatMap((one) => (one.startsWith(`--${name}=`) ? [one.slice(name.length + 3)] : []))[0] ?? null;
const language = option('language');
const look = option('look');
const [folder, ...only] = given.filter((one) => !one.startsWith('--'));
if (!folder || (look !== null && !(look in LOOKS))) throw new Error('usage: node gallery/draw.mjs FOLDER [SCENE...] [--language=…] [--look=contrast|forced]');
const out = resolve(folder);

const all = Object.values(chapters).flat();
const unknown = only.filter((name) => !all.some((scene) => scene.name === name));
if (unknown.length > 0) throw new Error(`no such scene: ${unknown.join(', ')}`);
await mkdir(out, { recursive: true });
const stage = await openStage(out);
const faults = missing(all.map(({ name }) => name));
let pictures = 0;

async function draw(/** @type {import('./scenes.mjs').Scene} */ scene, /** @type {'light' | 'dark'} */ scheme) {
  const page = await stage.page(language ? { size: SIZES[scheme], scheme } : { ...scene, scheme });
  const tell = (/** @type {string} */ what) => faults.push(`${scene.name} (${scheme}): ${what}`);
  try {
    page.on('pageerror', (error) => tell(error.message));
    if (look) await page.emulateMedia(LOOKS[/** @type {keyof typeof LOOKS} */ (look)]);
    await stage.play(page, scene, language);
    await page.screenshot({ path: join(out, `${scene.name}-${scheme}.png`) });
    pictures += 1;
    (await overflows(page)).forEach(tell);
  } catch (error) {
    tell(String(error).split('\n').slice(0, 3).join(' '));
  } finally {
    await page.close();
  }
}

const scenes = all.filter(({ name }) => only.length === 0 || only.includes(name));
await together(scenes.flatMap((scene) => SCHEMES.map((scheme) => /** @type {const} */ ([scene, scheme]))), HANDS, ([scene, scheme]) => draw(scene, scheme));
await writeFile(join(out, 'index.html'), indexPage());
await stage.close();
faults.forEach((fault) => console.error(fault));
console.log(`gallery: ${pictures} pictures, ${faults.length} faults; ${join(out, 'index.html')}`);
process.exitCode = faults.length > 0 ? 1 : 0;
