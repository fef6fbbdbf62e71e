// What jsdom lacks and the components need.
import { vi } from 'vitest';

class NoResize implements ResizeObserver {
  observe() {}
  unobserve() {}
  disconnect() {}
}

vi.stubGlobal('ResizeObserver', NoResize);
Element.prototype.scrollIntoView = () => {};
Element.prototype.getAnimations = () => [];
Element.prototype.hasPointerCapture = () => false;
