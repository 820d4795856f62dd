/** Puts a session that has not begun into the calendar of the phone: no account and no number. */

import { useState } from "preact/hooks";
import { remindWords } from "../i18n/zh/remind";
import { useWords } from "../shell/preferences";
import { writeCalendar } from "./calendar";

const KEEP_FILE_MS = 60_000;

interface RemindButtonProps {
  readonly session: { readonly id: string; readonly title: string; readonly startsAt: string };
}

export function RemindButton({ session }: RemindButtonProps) {
  const words = useWords(remindWords);
  const [saved, setSaved] = useState(false);
  const save = () => {
    const text = writeCalendar(
      {
        uid: `${session.id}@${location.hostname}`,
        title: session.title,
        startsAt: session.startsAt,
        url: new URL(`/live/${encodeURIComponent(session.id)}`, location.href).href,
      },
      new Date(),
    );
    download(text);
    setSaved(true);
  };
  return (
    <>
      <button type="button" class="wide" onClick={save}>
        {words.remind.act}
      </button>
      <p role="status" class="second small">
        {saved && words.remind.saved}
      </p>
    </>
  );
}

function download(text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/calendar" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = "songgang.ics";
  link.click();
  // A browser may ask the person where to put it before it reads it.
  setTimeout(() => {
    URL.revokeObjectURL(url);
  }, KEEP_FILE_MS);
}
