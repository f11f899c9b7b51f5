// What a browser fetches before it shows the first page, in bytes as they
// travel. A panel that is instant on a small board over a slow line has to be
// small: above the limit the build fails.
import { readFile, stat } from "node:fs/promises";

const limit = 60_000;
const dist = new URL("../dist/", import.meta.url);

const page = await readFile(new URL("index.html", dist), "utf8");
const named = [...page.matchAll(/(?:src|href)="\/([^"]+)"/g)].map((found) => found[1]);

let sum = 0;
for (const file of ["index.html", ...new Set(named)]) {
  const { size } = await stat(new URL(`${file}.br`, dist));
  sum += size;
  console.log(`${String(size).padStart(7)}  ${file}`);
}
console.log(`${String(sum).padStart(7)}  bytes at first load, brotli, of ${limit} at most`);
if (sum > limit) {
  console.error("The panel has become too heavy at first load.");
  process.exit(1);
}
