// What a browser fetches before it shows the first page, in bytes as they
// travel. A panel that is instant on a small board over a slow line has to be
// small: above the limit the build fails.
import { readFile, readdir } from "node:fs/promises";
import { brotliCompressSync, constants } from "node:zlib";

const limit = 60_000;
const dist = new URL("../dist/", import.meta.url);

const weigh = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length;

const page = await readFile(new URL("index.html", dist));
const named = [...page.toString().matchAll(/(?:src|href)="\/([^"]+)"/g)].map((found) => found[1]);
// What the entry loads next is in no <link>: the home page, which is nearly always first.
const files = await readdir(new URL("assets/", dist));
const home = files.filter((file) => /^Home-/.test(file)).map((file) => `assets/${file}`);
const first = [...new Set([...named, ...home])];

let sum = weigh(page);
console.log(`${String(sum).padStart(7)}  index.html`);
for (const file of first) {
  const size = weigh(await readFile(new URL(file, dist)));
  sum += size;
  console.log(`${String(size).padStart(7)}  ${file}`);
}
console.log(`${String(sum).padStart(7)}  bytes at first load, brotli, of ${limit}`);
if (sum > limit) {
  console.error("The panel has become too heavy at first load.");
  process.exit(1);
}
