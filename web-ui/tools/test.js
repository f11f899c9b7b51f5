// Tests by node's own runner. Vite, which is here anyway, turns TypeScript and
// Svelte's runes into what node runs; a test runner more would be heavier than
// all the rest.
import { spawnSync } from "node:child_process";
import { readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const out = `${root}node_modules/.cache/tests`;

const found = await readdir(`${root}src`, { recursive: true }).then(
  (files) => files.filter((file) => file.endsWith(".test.ts")),
  () => [],
);
const input = Object.fromEntries(
  found.map((file) => [file.replaceAll("/", "-").replace(/\.ts$/, ""), `${root}src/${file}`]),
);
// Below node_modules a name alone tells node that these are modules.
const output = { entryFileNames: "[name].mjs", chunkFileNames: "[name]-[hash].mjs" };
await rm(out, { recursive: true, force: true });
await build({
  root,
  logLevel: "warn",
  build: {
    ssr: true,
    outDir: out,
    minify: false,
    copyPublicDir: false,
    rollupOptions: { input, output },
  },
});
const made = Object.keys(input).map((name) => `${out}/${name}.mjs`);
const ran = spawnSync(process.execPath, ["--test", ...made], { stdio: "inherit", cwd: root });
process.exit(ran.status ?? 1);
