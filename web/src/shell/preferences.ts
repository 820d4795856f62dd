/** Language and large letters: chosen once, remembered on this device, shown on the root element. */

import { createContext } from "preact";
import { useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { AllWords, PartWords, Words, WordsWith } from "../i18n/words";
import { zh } from "../i18n/zh/common";

export interface Preferences {
  readonly words: Words;
  /** All words in English, once somebody reads them. */
  readonly english: AllWords | null;
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
  const loaded = useEnglish(wantsEnglish);
  const english = wantsEnglish ? (loaded ?? null) : null;
  const { language } = english ?? zh;
  useEffect(() => {
    document.documentElement.lang = language;
    document.documentElement.classList.toggle("large", large);
  }, [language, large]);
  if (wantsEnglish && loaded === undefined) return null;
  return { words: english ?? zh, english, large, switchLanguage, switchLarge };
}

/**
 * The English words, loaded when somebody reads English. A page that begins in English waits for
 * them: undefined. One that is switched stays Chinese until they are there: null.
 */
function useEnglish(wanted: boolean): AllWords | null | undefined {
  const [words, setWords] = useState<AllWords | null | undefined>(wanted ? undefined : null);
  useEffect(() => {
    if (!wanted) return;
    import("../i18n/en").then(
      ({ en }) => {
        setWords(en);
      },
      () => {
        // Without a network a page in Chinese is better than none.
        setWords((before) => before ?? null);
      },
    );
  }, [wanted]);
  return words;
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
