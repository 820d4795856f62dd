/** Language and large letters: chosen once, remembered on this device, shown on the root element. */

import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import { en } from "../i18n/en";
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

/** The preferences of this device, for the component at the root. */
export function useStoredPreferences(): Preferences {
  const [english, switchLanguage] = useStoredFlag("songgang.english");
  const [large, switchLarge] = useStoredFlag("songgang.large");
  const words = english ? en : zh;
  useEffect(() => {
    document.documentElement.lang = words.language;
    document.documentElement.classList.toggle("large", large);
  }, [words, large]);
  return { words, large, switchLanguage, switchLarge };
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
