/** The one service of the console, for the member of staff who is signed in. */

import { Staff } from "./staff";
import { useEffect, useState } from "preact/hooks";
import { en } from "./words_en";
import { zh, type ConsoleWords } from "./words_zh";
import { useWords } from "../shell/preferences";

const url = new URL("/graphql", location.href);

export const staff = new Staff(url.href);
export const liveUrl = url.href.replace(/^http/u, "ws");

export function useConsoleWords(): ConsoleWords {
  return useWords().language === "en" ? en : zh;
}

/** Follow the sign-in; a component that calls it is rendered again when it changes. */
export function useStaff(): Staff {
  const [, setChanges] = useState(0);
  useEffect(() => {
    const change = () => {
      setChanges((before) => before + 1);
    };
    const stop = staff.listen(change);
    // A request of a page below may have asked for a sign-in before this listened.
    change();
    return stop;
  }, []);
  return staff;
}
