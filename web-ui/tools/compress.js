// Beside each file that compresses, the same compressed as far as it goes: the
// daemon sends what is there, and a small board never compresses anything.
import { readFile, readdir, writeFile } from "node:fs/promises";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);

for (const name of await readdir(dist, { recursive: true })) {
  if (!/\.(html|js|css|svg)$/.test(name)) continue;
  const bytes = await readFile(new URL(name, dist));
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  await writeFile(new URL(`${name}.br`, dist), brotliCompressSync(bytes, { params }));
  await writeFile(new URL(`${name}.gz`, dist), gzipSync(bytes, { level: 9 }));
}
