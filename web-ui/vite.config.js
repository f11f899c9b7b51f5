import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [svelte()],
  build: {
    target: "es2022",
    // The policy that the panel is served with allows no data in the page
    // itself, and no script but the one of index.html: all else is a file of its own.
    assetsInlineLimit: 0,
    // One sheet for all pages: a page's own, which failed to come once, would not be asked for again.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
});
