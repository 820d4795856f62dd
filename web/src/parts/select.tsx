/** A labelled choice of one. */

import type { Shift } from "../gen/graphql";
import { boardWords } from "../i18n/zh/board";
import { useWords } from "../shell/preferences";

/** What several pages let choose from. */
export const PAY_STEPS = [4_000, 5_000, 6_000, 8_000, 10_000];
export const SHIFTS: readonly Shift[] = ["DAY", "TWO_SHIFT", "THREE_SHIFT", "FLEXIBLE"];

interface SelectProps {
  readonly label: string;
  readonly value: string;
  /** Codes and their names. */
  readonly options: readonly (readonly [string, string])[];
  /** Whether there may be no choice; its value is empty. */
  readonly optional?: boolean;
  onChange(this: void, value: string): void;
}

export function Select({ label, value, options, optional = false, onChange }: SelectProps) {
  const words = useWords(boardWords);
  return (
    <label>
      {label}
      <select
        value={value}
        onChange={(event) => {
          onChange(event.currentTarget.value);
        }}
      >
        {optional && <option value="">{words.board.any}</option>}
        {options.map(([code, name]) => (
          <option key={code} value={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
