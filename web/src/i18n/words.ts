/** The words of the public pages. Those of a part come with the script of that part. */

import type { zh } from "./zh/common";
import type { boardWords } from "./zh/board";
import type { homeWords } from "./zh/home";
import type { meWords } from "./zh/me";
import type { remindWords } from "./zh/remind";
import type { replayWords } from "./zh/replay";
import type { roomWords } from "./zh/room";
import type { sheetWords } from "./zh/sheet";
import type { wishesWords } from "./zh/wishes";

/** Words that every page has. */
export type Words = typeof zh;
/** Words of one part each. */
export type PartWords = typeof boardWords &
  typeof homeWords &
  typeof meWords &
  typeof remindWords &
  typeof replayWords &
  typeof roomWords &
  typeof sheetWords &
  typeof wishesWords;
export type WordsWith<Part extends keyof PartWords> = Words & Pick<PartWords, Part>;
export type AllWords = Words & PartWords;
