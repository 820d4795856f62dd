/** Reads a part of the page aloud, for somebody who uses the large letters. */

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { usePreferences } from "../shell/preferences";

/** A button in the large view, where the browser can speak; nothing elsewhere. */
export function ReadAloud({ part }: { part: RefObject<HTMLElement | null> }) {
  const { words, large } = usePreferences();
  const [speaking, setSpeaking] = useState(false);
  const offered = large && "speechSynthesis" in window;
  useEffect(() => {
    if (!offered) return undefined;
    return () => {
      speechSynthesis.cancel();
    };
  }, [offered]);
  if (!offered) return null;
  const stop = () => {
    speechSynthesis.cancel();
    setSpeaking(false);
  };
  const speak = () => {
    const text = new SpeechSynthesisUtterance(part.current?.innerText ?? "");
    text.lang = words.language;
    for (const end of ["end", "error"]) {
      text.addEventListener(end, () => {
        setSpeaking(false);
      });
    }
    speechSynthesis.speak(text);
    setSpeaking(true);
  };
  return (
    <button type="button" class="wide read-aloud" onClick={speaking ? stop : speak}>
      {speaking ? words.stopReading : words.readAloud}
    </button>
  );
}
