import assert from "node:assert/strict";
import { test } from "node:test";
import { way } from "./remedies";

const place = (remedy: string, about?: string) => way(remedy, about).place?.to;

test("a page stands in for a command, which becomes the other way", () => {
  assert.deepEqual(way("See those that there are: panier list"), {
    says: "See those that there are.",
    command: "panier list",
    place: { to: "/", what: "services" },
  });
  assert.deepEqual(way("Videz la corbeille (panier trash list), ou changez de disque."), {
    says: "Videz la corbeille, ou changez de disque.",
    command: "panier trash list",
    place: { to: "/trash", what: "trash" },
  });
  assert.deepEqual(way("To go back: panier rollback pad. A snapshot keeps them."), {
    says: "To go back. A snapshot keeps them.",
    command: "panier rollback pad",
    place: { to: "/services/pad", what: "service" },
  });
});

test("each command leads to the page that does the same", () => {
  assert.equal(
    place("Cherchez-en la raison dans son journal : panier logs pad."),
    "/services/pad/logs",
  );
  assert.equal(place("Wait for its end: panier job 12 --follow"), "/jobs/12");
  assert.equal(place("See its releases: panier recipe show etherpad"), "/catalogue/etherpad");
  assert.equal(place("Take one: panier backup pad"), "/services/pad/snapshots");
  assert.equal(place("Make one and print it: panier key kit"), "/backups");
  assert.equal(
    place("Donnez-lui d’abord l’autre : panier domain add pad HÔTE"),
    "/services/pad/domains",
  );
  // It leads to another service, and which one is not said.
  assert.equal(place("Take it from that service first: panier domain remove", "pad"), "/");
  assert.equal(place("Add it: panier target add NAME FOLDER"), "/backups");
  assert.equal(place("Try again: panier certificate renew pad.example.org"), "/box");
});

test("what a person has to fill in is the service that it is about", () => {
  assert.equal(place("Look into its log: panier logs NAME", "pad"), "/services/pad/logs");
  assert.equal(place("Choose another one: panier snapshots", "pad"), "/services/pad/snapshots");
  assert.equal(place("Choose another one: panier snapshots"), "/backups");
  assert.equal(place("Stop one (panier stop NAME), or add memory."), "/");
});

test("a command that no page stands in for stays in its sentence", () => {
  const lost = "If it is lost, run on the box itself: panier password reset";
  assert.deepEqual(way(lost), { says: lost });
  assert.deepEqual(way("Wait a moment."), { says: "Wait a moment." });
  assert.equal(place("Answer them: panier update pad --set KEY=VALUE"), undefined);
});
