import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recipe } from "../../api/words";
import { search } from "./search";

const plain = {
  runs_here: true,
  reaches_out: false,
  replaces: [],
  license: "MIT",
  memory: 0,
  disk: 0,
};
const recipes: Recipe[] = [
  {
    ...plain,
    id: "etherpad",
    name: "Etherpad",
    summary: { en: "Write together", fr: "Écrire à plusieurs" },
    replaces: ["Google Docs"],
  },
  { ...plain, id: "miniflux", name: "Miniflux" },
];
const found = (typed: string) => search(recipes, typed).map(({ id }) => id);

test("a recipe is found by what one has in mind, without accents", () => {
  assert.deepEqual(found(""), ["etherpad", "miniflux"]);
  assert.deepEqual(found("ecrire"), ["etherpad"]);
  assert.deepEqual(found("GOOGLE"), ["etherpad"]);
  assert.deepEqual(found("plusieurs write"), ["etherpad"]);
  assert.deepEqual(found("write news"), []);
});
