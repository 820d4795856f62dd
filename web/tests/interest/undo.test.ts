import { expect, test } from "vitest";
import type { Registration } from "../../src/interest/registrations";
import { msToUndo, UNDO_FOR_MS } from "../../src/interest/undo";

const NOW = 1_795_000_000_000;
const REGISTERED = { state: "registered", leadId: "1", created: true, confirmed: false } as const;

function registered(undoUntil: number): Registration {
  return { ...REGISTERED, undoUntil };
}

test("an interest can be taken back until its time is over", () => {
  expect(msToUndo(registered(NOW + UNDO_FOR_MS), NOW)).toBe(10_000);
  expect(msToUndo(registered(NOW + 1), NOW)).toBe(1);
  expect(msToUndo(registered(NOW), NOW)).toBe(0);
  expect(msToUndo(registered(NOW - 5_000), NOW)).toBe(0);
});

test("a clock that was set back gives no more than the ten seconds", () => {
  expect(msToUndo(registered(NOW + 3_600_000), NOW)).toBe(UNDO_FOR_MS);
});

test("what has no time, or is not registered, cannot be taken back", () => {
  expect(msToUndo(null, NOW)).toBe(0);
  expect(msToUndo(REGISTERED, NOW)).toBe(0);
  const withdrawn: Registration = { ...REGISTERED, state: "withdrawn", undoUntil: NOW + 10_000 };
  expect(msToUndo(withdrawn, NOW)).toBe(0);
  expect(msToUndo({ state: "refused", refusal: null }, NOW)).toBe(0);
});
