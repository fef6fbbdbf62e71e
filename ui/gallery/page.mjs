// The page that the pictures are looked at on.
import { STATES, views } from './matrix.mjs';
import { chapters } from './scenes.mjs';
import { SCHEMES } from './stage.mjs';

const STYLE = `
:root { color-scheme: light dark; }
body { font: 14px/1.5 system-ui; margin: 24px; }
table { border-collapse: collapse; }
th, td { border: 1px solid #8886; padding: 8px; text-align: start; vertical-align: top; }
thead th { position: sticky; top: 0; background: Canvas; z-index: 1; text-transform: capitalize; }
tbody th { min-width: 120px; position: sticky; inset-inline-start: 0; background: Canvas; }
figure { margin: 0 0 8px; }
td figure { width: 336px; }
.all { display: grid; grid-template-columns: repeat(auto-fill, minmax(560px, 1fr)); gap: 20px; }
.pair { display: flex; gap: 4px; }
.pair a { flex: 1; min-width: 0; }
img { width: 100%; display: block; border: 1px solid #8886; }
code, .never { color: color-mix(in srgb, CanvasText 65%, Canvas); }
td.never { max-width: 200px; font-style: italic; }
td.missing { background: #c00; color: #fff; }
`;

const escaped = (/** @type {string} */ text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
const scenes = Object.values(chapters).flat();

function figure(/** @type {string} */ name) {
  const title = escaped(scenes.find((scene) => scene.name === name)?.title ?? name);
  const picture = (/** @type {string} */ scheme) => `<a href="${name}-${scheme}.png"><img src="${name}-${scheme}.png" alt="${title}, ${scheme}" loading="lazy"></a>`;
  return `<figure><div class="pair">${SCHEMES.map(picture).join('')}</div><figcaption>${title} <code>${name}</code></figcaption></figure>`;
}

function cell(/** @type {import('./matrix.mjs').Cell | undefined} */ given) {
  if (given && !Array.isArray(given)) return `<td class="never">${escaped(given.never)}</td>`;
  return given && given.length > 0 ? `<td>${given.map(figure).join('')}</td>` : '<td class="missing">No scene shows this.</td>';
}

export const indexPage = () => `<!doctype html><html lang="en"><meta charset="utf-8"><title>Storm Connect, every view</title>
<style>${STYLE}</style>
<h1>Storm Connect, every view</h1>
<table><thead><tr><th>View</th>${STATES.map((state) => `<th>${state}</th>`).join('')}</tr></thead><tbody>
${Object.entries(views).map(([view, states]) => `<tr><th>${escaped(view)}</th>${STATES.map((state) => cell(states[state])).join('')}</tr>`).join('\n')}
</tbody></table>
${Object.entries(chapters).map(([chapter, of]) => `<h2>${escaped(chapter)}</h2>\n<div class="all">${of.map(({ name }) => figure(name)).join('\n')}</div>`).join('\n')}
</html>
`;
