/** Language and large letters: chosen once, remembered on this device, shown on the root element. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { zh, type Words } from "../i18n/zh";

export interface Preferences {
  readonly words: Words;
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

export function useWords(): Words {
  return usePreferences().words;
}

/** The preferences of this device, for the component at the root; null until its words are there. */
export function useStoredPreferences(): Preferences | null {
  const [english, switchLanguage] = useStoredFlag("songgang.english");
  const [large, switchLarge] = useStoredFlag("songgang.large");
  const inEnglish = useEnglish(english);
  const words = english ? inEnglish : zh;
  useEffect(() => {
    document.documentElement.lang = words?.language ?? zh.language;
    document.documentElement.classList.toggle("large", large);
  }, [words, large]);
  return words === null ? null : { words, large, switchLanguage, switchLarge };
}

/**
 * The English words, loaded when somebody reads English. A page that begins in English waits for
 * them: null. One that is switched stays Chinese until they are there.
 */
function useEnglish(wanted: boolean): Words | null {
  const [words, setWords] = useState<Words | null>(wanted ? null : zh);
  useEffect(() => {
    if (!wanted) return;
    import("../i18n/en").then(
      ({ en }) => {
        setWords(en);
      },
      () => {
        // Without a network a page in Chinese is better than none.
        setWords((before) => before ?? zh);
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
