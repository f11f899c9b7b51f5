import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { language, preferred, type Language } from "./language.svelte";
import { size } from "./size";
import { ago, lasted } from "./when";
import { count, said, words } from "./words";

type Messages = Record<string, string | ((...given: unknown[]) => string)>;

const found = import.meta.glob<{ say: Messages }>(
  [
    "../app/words.ts",
    "../parts/**/words.ts",
    "../pages/**/words.ts",
    "../pages/service/{domains,snapshots}.ts",
  ],
  { eager: true },
);

/** Every message, with two values where it takes some. */
function* all(spoken: Language): Generator<[string, string]> {
  language.choose(spoken);
  for (const [file, { say }] of Object.entries(found)) {
    for (const key of Object.keys(say)) {
      const message = say[key];
      yield [`${file}: ${key}`, typeof message === "function" ? message(2, 2) : (message ?? "")];
    }
  }
}

afterEach(() => language.choose("en"));

test("every page's messages are looked at", () => {
  assert.ok(Object.keys(found).length >= 10, Object.keys(found).join());
  assert.ok([...all("en")].length > 200);
});

test("no message is empty, and none has a straight apostrophe", () => {
  for (const spoken of ["en", "fr"] as const) {
    for (const [key, message] of all(spoken)) {
      assert.notEqual(message.trim(), "", key);
      assert.doesNotMatch(message, /\w'\w|"/, `${spoken} ${key}`);
    }
  }
});

test("French says boîte and sauvegarde, and its double signs stand off and never alone", () => {
  for (const [key, message] of all("fr")) {
    assert.doesNotMatch(message, /\bbox\b|instantané|trousse/i, key);
    assert.doesNotMatch(message.replace(/https?:/g, ""), /[^\u00a0\u202f][;!?»]|« |\w:(\s|$)/, key);
  }
});

test("a message follows the language of the moment", () => {
  const say = words({
    hello: ["Hello", "Bonjour"],
    days: [(n: number) => `${n} days!`, (n: number) => `${n} jours !`],
  });
  assert.equal(say.hello, "Hello");
  language.choose("fr");
  assert.equal(say.hello, "Bonjour");
  assert.equal(say.days(3), "3 jours\u202f!");
  assert.equal(
    said({ en: "Why", fr: "Pourquoi : « rien »" }),
    "Pourquoi\u00a0: «\u00a0rien\u00a0»",
  );
});

test("one and many are told as each language tells them", () => {
  assert.equal(count(0, "day", "days"), "0\u00a0days");
  assert.equal(count(1, "day", "days"), "1\u00a0day");
  language.choose("fr");
  assert.equal(count(0, "jour", "jours"), "0\u00a0jour");
  assert.equal(count(2, "jour", "jours"), "2\u00a0jours");
});

test("sizes have each language's units", () => {
  assert.equal(size(999), "999\u00a0B");
  assert.equal(size(999_600), "1\u00a0MB");
  assert.equal(size(1_250_000_000), "1.3\u00a0GB");
  language.choose("fr");
  assert.equal(size(1_250_000_000), "1,3\u00a0Go");
  assert.equal(size(48_000_000), "48\u00a0Mo");
});

test("moments are told in the largest unit that fits", () => {
  const now = Date.parse("2026-11-22T12:00:00Z");
  assert.equal(ago("2026-11-22T11:59:40Z", now), "now");
  assert.equal(ago("2026-11-22T09:00:00Z", now), "3 hours ago");
  assert.equal(ago("2026-11-21T11:00:00Z", now), "yesterday");
  assert.equal(ago("2026-11-22T12:05:00Z", now), "in 5 minutes");
  language.choose("fr");
  assert.equal(ago("2026-11-21T11:00:00Z", now), "hier");
});

test("how long something took", () => {
  assert.equal(lasted("2026-11-22T12:00:00Z", "2026-11-22T12:00:12Z"), "12\u00a0s");
  assert.equal(lasted("2026-11-22T12:00:00Z", "2026-11-22T12:02:05Z"), "2\u00a0min\u00a05\u00a0s");
});

test("the browser's first language that we speak is taken", () => {
  assert.equal(preferred(["de", "fr-CA", "en"]), "fr");
  assert.equal(preferred(["en-GB", "fr"]), "en");
  assert.equal(preferred(["de"]), "en");
});
