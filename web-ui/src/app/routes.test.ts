import assert from "node:assert/strict";
import { test } from "node:test";
import { route } from "./routes";

test("each address leads to its page", () => {
  assert.deepEqual(route("/"), { page: "home" });
  assert.deepEqual(route("/services"), { page: "home" });
  assert.deepEqual(route("/catalogue"), { page: "catalogue" });
  assert.deepEqual(route("/catalogue/etherpad/"), { page: "recipe", id: "etherpad" });
  const install = { page: "install", id: "etherpad" };
  assert.deepEqual(route("/catalogue/etherpad/install"), { ...install, as: undefined });
  assert.deepEqual(route("/catalogue/etherpad/install/12"), { ...install, as: 12 });
  assert.deepEqual(route("/services/pad"), { page: "service", name: "pad", room: "overview" });
  assert.deepEqual(route("/services/pad/logs"), { page: "service", name: "pad", room: "logs" });
  assert.deepEqual(route("/jobs"), { page: "jobs" });
  assert.deepEqual(route("/jobs/12"), { page: "job", id: 12 });
  for (const page of ["backups", "trash", "box"] as const) {
    assert.deepEqual(route(`/${page}`), { page });
  }
});

test("what leads nowhere says so, and never breaks", () => {
  const wrong = ["/trust", "/jobs/x", "/jobs/-1", "/services/pad/cellar", "/box/2", "/%E0%A4%A"];
  for (const path of [
    ...wrong,
    "/services/pad/logs/more",
    "/catalogue/etherpad/remove",
    "/catalogue/etherpad/install/x",
  ]) {
    assert.deepEqual(route(path), { page: "nowhere" }, path);
  }
});
