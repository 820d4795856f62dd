/** Keys of one letter, by their place on the keyboard; off in fields, while composing, by choice. */

import { useEffect, useRef } from "preact/hooks";

const STORED_AS = "songgang.keys";

export function areKeysOn(): boolean {
  try {
    return localStorage.getItem(STORED_AS) !== "no";
  } catch {
    return true;
  }
}

export function switchKeys(on: boolean): void {
  try {
    localStorage.setItem(STORED_AS, on ? "yes" : "no");
  } catch {
    // Without storage they stay on.
  }
}

export function useKeys(acts: Readonly<Record<string, () => void>>): void {
  const ref = useRef(acts);
  useEffect(() => {
    ref.current = acts;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const act = ref.current[event.code];
      const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.repeat;
      const target = event.target as Element;
      const isTyping = target.matches("input, textarea, select") || event.isComposing;
      const isBelow = document.querySelector("dialog[open]") !== null;
      if (act === undefined || !isPlain || isTyping || isBelow || !areKeysOn()) return;
      event.preventDefault();
      act();
    };
    addEventListener("keydown", press);
    return () => {
      removeEventListener("keydown", press);
    };
  }, []);
}
