import { describe, expect, it } from "vitest";
import { stageOf, type Recording } from "../../src/console/desk/recording_stage";
import { formatLength, formatMegabytes } from "../../src/i18n/recordings";

const AGREED: Recording = {
  person: "李师傅",
  consentVersion: "1",
  consentedAt: "2026-11-27T04:00:00Z",
  durationSeconds: 0,
  byteCount: 0,
  foundAt: null,
  deletedAt: null,
  removedAt: null,
};
const AT = "2026-11-27T05:00:00Z";
const of = (changed: Partial<Recording>) => ({ ...AGREED, ...changed });

describe("stageOf", () => {
  it.each([
    [null, "LIVE", "NONE"],
    [AGREED, "SCHEDULED", "AGREED"],
    [AGREED, "LIVE", "NOTHING_YET"],
    [of({ byteCount: 9 }), "INTERRUPTED", "RUNNING"],
    [of({ byteCount: 9 }), "ENDED", "PREPARING"],
    [of({ byteCount: 9, foundAt: AT }), "ENDED", "KEPT"],
    [of({ byteCount: 9, deletedAt: AT }), "LIVE", "DELETING"],
    [of({ deletedAt: AT, removedAt: AT }), "ENDED", "REMOVED"],
  ] as const)("of %j while %s is %s", (recording, status, stage) => {
    expect(stageOf(recording, status, "李师傅")).toBe(stage);
  });

  it("knows that another host ends the consent", () => {
    expect(stageOf(of({ byteCount: 9 }), "LIVE", "王师傅")).toBe("DELETING");
  });
});

describe("what a host reads", () => {
  it("has a length as a clock says it, and a size in megabytes", () => {
    expect([7, 723, 1_800, 3_723].map(formatLength)).toEqual(["0:07", "12:03", "30:00", "1:02:03"]);
    expect([1, 34_400_000].map(formatMegabytes)).toEqual(["1 MB", "34 MB"]);
  });
});
