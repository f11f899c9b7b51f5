import assert from "node:assert/strict";
import { test } from "node:test";
import type { Recipe } from "../../api/words";
import { search } from "./search";

const recipes: Recipe[] = [
  {
    id: "etherpad",
    name: "Etherpad",
    runs_here: true,
    summary: { en: "Write together", fr: "Écrire à plusieurs" },
    replaces: ["Google Docs"],
  },
  { id: "miniflux", name: "Miniflux", runs_here: true },
];
const found = (typed: string) => search(recipes, typed).map(({ id }) => id);

test("a recipe is found by what one has in mind, without accents", () => {
  assert.deepEqual(found(""), ["etherpad", "miniflux"]);
  assert.deepEqual(found("ecrire"), ["etherpad"]);
  assert.deepEqual(found("GOOGLE"), ["etherpad"]);
  assert.deepEqual(found("plusieurs write"), ["etherpad"]);
  assert.deepEqual(found("write news"), []);
});
