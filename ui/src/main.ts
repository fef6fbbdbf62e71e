// Starts the front end: on the host behind the window, or on the fake one in a plain browser (`?fake=NAME`, with `&still` where nothing goes on by itself; never in a release).
import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './styles/tokens.css';
import './styles/base.css';
import { mount } from 'svelte';
import type { Host } from './api/host';
import { tauriHost } from './api/tauri';
import { isTag, speak, type Rehearsed, type Tag } from './language/language.svelte';
import { appear, isAppearance } from './views/appearance';
import Window from './views/Window.svelte';

async function chosenHost(): Promise<Host> {
  if (import.meta.env.DEV || import.meta.env.MODE === 'fake') {
    const asked = new URLSearchParams(location.search);
    const name = asked.get('fake');
    if (name !== null) {
      const { fakeHost, samples } = await import('./api/fake/scenario');
      // So that it can be told from outside what happens next.
      return Object.assign(globalThis, { samples, fakeHost: fakeHost(name, asked.has('still')) }).fakeHost;
    }
  }
  return tauriHost;
}

/** The one that the host opened the page in; what the vault says of it comes later. */
function firstLanguage(): Tag | Rehearsed {
  const asked = new URLSearchParams(location.search).get('language');
  const rehearsed = import.meta.env.DEV || import.meta.env.MODE === 'fake';
  if (rehearsed && (asked === 'pseudo' || asked === 'rtl')) return asked;
  return isTag(asked) ? asked : 'en';
}

// Not awaited at the top level: the fake host comes as a part that itself needs this one, evaluated to its end.
async function start(target: HTMLElement): Promise<void> {
  // The first text is set in its own font at once, which index.html preloads: looking for fallbacks costs more than the wait.
  const [host] = await Promise.all([chosenHost(), speak(firstLanguage()), document.fonts.load('1em "Inter Variable"').catch(() => [])]);
  mount(Window, { target, props: { host } });

  // The first paint with content: the frame after the one that drew it. Window tests and benchmarks wait for this mark.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      performance.mark('storm-first-paint');
      document.documentElement.dataset.ready = 'true';
    }),
  );
}

/** Before anything is drawn: as the host opened the page. */
function takeFirstAppearance(): void {
  const asked = new URLSearchParams(location.search).get('appearance');
  if (isAppearance(asked)) appear(asked);
}

takeFirstAppearance();
const target = document.getElementById('app');
if (!target) throw new Error('The page has no place for the app.');
void start(target);
