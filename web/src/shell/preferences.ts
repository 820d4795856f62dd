/** Language and large letters: chosen once, remembered on this device, shown on the root element. */

import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { AllWords, PartWords, Words, WordsWith } from "../i18n/words";
import { zh } from "../i18n/zh/common";
import { useLater } from "./use_later";

export interface Preferences {
  readonly words: Words;
  /** All words in English, once somebody reads them. */
  readonly english: AllWords | null;
  /** Loads the words in English again; null unless they are wanted and could not be loaded. */
  readonly retryEnglish: ((this: void) => void) | null;
  readonly large: boolean;
  switchLanguage(this: void): void;
  switchLarge(this: void): void;
}

const PreferencesContext = createContext<Preferences | null>(null);
export const PreferencesProvider = PreferencesContext.Provider;

export function usePreferences(): Preferences {
  const preferences = useContext(PreferencesContext);
  if (preferences === null) throw new Error("No preferences above this component.");
  return preferences;
}

/** The words that every page has, and those of parts, given in Chinese: the same object each time. */
export function useWords(): Words;
export function useWords<Part extends keyof PartWords>(
  chinese: Pick<PartWords, Part>,
): WordsWith<Part>;
export function useWords(chinese?: Partial<PartWords>): Words & Partial<PartWords> {
  const { english } = usePreferences();
  return useMemo(() => english ?? { ...zh, ...chinese }, [english, chinese]);
}

/** The preferences of this device, for the component at the root; null until its words are there. */
export function useStoredPreferences(): Preferences | null {
  const [wantsEnglish, switchLanguage] = useStoredFlag("songgang.english");
  const [large, switchLarge] = useStoredFlag("songgang.large");
  const [begunInEnglish] = useState(wantsEnglish);
  const { part, failed, retry } = useLater(wantsEnglish ? loadEnglish : undefined);
  const english = wantsEnglish ? (part?.en ?? null) : null;
  const { language } = english ?? zh;
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.classList.toggle("large", large);
  }, [language, large]);
  // A page that begins in English waits for its words. One that is switched stays Chinese until
  // they are there; without a network a page in Chinese is better than none.
  if (wantsEnglish && begunInEnglish && part === null && !failed) return null;
  return {
    words: english ?? zh,
    english,
    retryEnglish: wantsEnglish && failed ? retry : null,
    large,
    switchLanguage,
    switchLarge,
  };
}

/** The English words, loaded when somebody reads English. */
function loadEnglish() {
  return import("../i18n/en");
}

function useStoredFlag(name: string): [boolean, () => void] {
  const [flag, setFlag] = useState(() => {
    try {
      return localStorage.getItem(name) === "yes";
    } catch {
      return false;
    }
  });
  const change = () => {
    setFlag(!flag);
    try {
      localStorage.setItem(name, flag ? "no" : "yes");
    } catch {
      // Without storage the choice holds for this visit.
    }
  };
  return [flag, change];
}
