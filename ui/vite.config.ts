// One build for the window, which runs under a CSP without anything inline: no inlined assets, no inlined polyfill.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  plugins: [svelte(), svelteTesting()],
  clearScreen: false,
  server: { port: 1420, strictPort: true, fs: { allow: ['..'] } }, // the messages lie beside this folder,
  build: {
    target: 'safari17',
    assetsInlineLimit: 0,
    cssCodeSplit: false, // so small that parts which are loaded later need none of their own
    modulePreload: false,
    // What is needed at the start comes as one file, not one after another.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'start', tags: ['$initial'] }] } } },
    emptyOutDir: true,
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.ts'],
    setupFiles: ['tests/setup.ts'],
    restoreMocks: true,
    testTimeout: 30_000, // axe over a whole view, on a busy machine
  },
});
