// What jsdom lacks and the components need.
import { beforeEach, vi } from 'vitest';
import { speakWith } from '../src/language/language.svelte';
import { texts } from '../src/language/texts/en';

class NoResize implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

vi.stubGlobal('ResizeObserver', NoResize);
Element.prototype.scrollIntoView = () => {};
Element.prototype.getAnimations = () => [];
Element.prototype.hasPointerCapture = () => false;

// Once, and again before each test: another one may have spoken another language.
speakWith('en', texts);
beforeEach(() => speakWith('en', texts));
