import { expect, test } from "vitest";
import { writeCalendar } from "../../src/reminder/calendar";

const NOW = new Date("2026-11-27T05:00:00.123Z");

function write(title: string): string {
  return writeCalendar(
    {
      uid: "TGl2ZQ==@songgang.example",
      title,
      startsAt: "2026-11-28T19:30:00+08:00",
      url: "https://songgang.example/live/TGl2ZQ%3D%3D",
    },
    NOW,
  );
}

test("an event has its time in UTC, its address and an alarm", () => {
  const lines = write("李师傅带你看车间").split("\r\n");
  expect(lines.slice(0, 2)).toEqual(["BEGIN:VCALENDAR", "VERSION:2.0"]);
  for (const line of [
    "UID:TGl2ZQ==@songgang.example",
    "DTSTAMP:20261127T050000Z",
    "DTSTART:20261128T113000Z",
    "SUMMARY:李师傅带你看车间",
    "URL:https://songgang.example/live/TGl2ZQ%3D%3D",
    "TRIGGER:-PT10M",
  ]) {
    expect(lines).toContain(line);
  }
  expect(lines.slice(-2)).toEqual(["END:VCALENDAR", ""]);
});

test("a title cannot end its line, and long lines are folded between characters", () => {
  const title = `焊工；电工,车工;\r\nEND:VEVENT\\${"招工😀".repeat(40)}`;
  const written = write(title);
  const lines = written.split("\r\n");
  expect(lines.filter((line) => line === "END:VEVENT")).toHaveLength(1);
  for (const line of lines) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
  const whole = written.replaceAll("\r\n ", "");
  expect(whole).toContain(
    `SUMMARY:焊工；电工\\,车工\\;\\nEND:VEVENT\\\\${"招工😀".repeat(40)}\r\n`,
  );
  expect(whole).not.toContain("\u{FFFD}");
});
