import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CLOSES } from "../../../src/console/camera/closes";

test("every close code of the protocol is known by its name", () => {
  const page = readFileSync(new URL("../../../../docs/stream.md", import.meta.url), "utf-8");
  const rows = [...page.matchAll(/^\| (?<code>\d{4}) \| (?:`(?<name>\w+)`)? ?\|/gmu)];
  expect(rows.map((row) => Number(row.groups?.["code"])).sort()).toEqual([...CLOSES.keys()].sort());
  for (const { groups } of rows) {
    const name = groups?.["name"];
    if (name !== undefined) expect(CLOSES.get(Number(groups?.["code"]))?.name).toBe(name);
  }
});
