/** A session as an event of a calendar: iCalendar, RFC 5545. */

export interface CalendarEvent {
  /** Unique in the world. */
  readonly uid: string;
  readonly title: string;
  /** ISO 8601, with an offset. */
  readonly startsAt: string;
  readonly url: string;
}

const REMIND_BEFORE = "-PT10M";
/** Octets of a line without its end, RFC 5545 section 3.1. */
const MAX_LINE = 75;

/** The file of one event, with an alarm ten minutes before. `now` is when the file is written. */
export function writeCalendar(event: CalendarEvent, now: Date): string {
  const title = escapeText(event.title);
  const lines = [
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//Songgang//Songgang//ZH",
    "BEGIN:VEVENT",
    `UID:${escapeText(event.uid)}`,
    `DTSTAMP:${formatMoment(now)}`,
    `DTSTART:${formatMoment(new Date(event.startsAt))}`,
    `SUMMARY:${title}`,
    `URL:${event.url}`,
    "BEGIN:VALARM",
    "ACTION:DISPLAY",
    `DESCRIPTION:${title}`,
    `TRIGGER:${REMIND_BEFORE}`,
    "END:VALARM",
    "END:VEVENT",
    "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}

/** 20261128T113000Z */
function formatMoment(moment: Date): string {
  return moment.toISOString().replace(/\.\d+/u, "").replace(/[-:]/gu, "");
}

function escapeText(text: string): string {
  return text.replace(/[\\;,]/gu, (sign) => `\\${sign}`).replace(/\r\n|\r|\n/gu, "\\n");
}

/** Break a line before it is too long, never within a character; each part but the first is set in. */
function fold(line: string): string {
  const encoder = new TextEncoder();
  let folded = "";
  let octets = 0;
  for (const character of line) {
    const length = encoder.encode(character).length;
    if (octets + length > MAX_LINE) {
      folded += "\r\n ";
      octets = 1;
    }
    folded += character;
    octets += length;
  }
  return folded;
}
