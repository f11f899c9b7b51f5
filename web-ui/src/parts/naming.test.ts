import assert from "node:assert/strict";
import { test } from "node:test";
import { domainIsRight, freeName, nameIsRight } from "./naming";

test("names are taken as the box takes them", () => {
  for (const good of ["pad", "pad-2", "a", "a".repeat(32)]) assert.ok(nameIsRight(good), good);
  for (const bad of ["", "Pad", "2pad", "pad-", "-pad", "pad.x", "pâté", "a".repeat(33)]) {
    assert.ok(!nameIsRight(bad), bad);
  }
});

test("domains are taken as the box takes them", () => {
  for (const good of ["pad.example.org", "Pad.Example.ORG", "a.b"]) {
    assert.ok(domainIsRight(good), good);
  }
  for (const bad of [
    "pad",
    "",
    ".",
    "a..b",
    "10.0.0.1",
    "pad.example.org:80",
    "pâté.fr",
    "a b.c",
  ]) {
    assert.ok(!domainIsRight(bad), bad);
  }
});

test("the first free name is proposed", () => {
  assert.equal(freeName("pad", []), "pad");
  assert.equal(freeName("pad", ["pad", "pad-2"]), "pad-3");
});
