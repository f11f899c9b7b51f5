// Types from the API's own description, a file that a test of daemon/admin holds
// to the code. What is made here is made again before each build and check and
// never committed, so it cannot be old.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import openapiTS, { astToString } from "openapi-typescript";

const described = new URL("../../daemon/admin/openapi.json", import.meta.url);
const made = new URL("../src/api/made/", import.meta.url);

const document = JSON.parse(await readFile(described, "utf8"));
const types = astToString(await openapiTS(document, { alphabetize: true }));
await mkdir(made, { recursive: true });
await writeFile(new URL("document.ts", made), types);
