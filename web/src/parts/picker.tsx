/** Chooses a few things of a long list by typing the beginning of a name. */

import { useEffect, useId, useState } from "preact/hooks";
import type { Words } from "../i18n/words";
import { wishesWords } from "../i18n/zh/wishes";
import { useWords } from "../shell/preferences";

export interface Choice {
  readonly code: string;
  readonly zh: string;
  /** In English; null if it has no name there. */
  readonly en: string | null;
}

interface PickerProps {
  readonly label: string;
  readonly chosen: readonly Choice[];
  readonly most: number;
  search(this: void, text: string): Promise<readonly Choice[]>;
  onChange(this: void, chosen: readonly Choice[]): void;
}

const ASK_AFTER_MS = 200;

export function Picker({ label, chosen, most, search, onChange }: PickerProps) {
  const words = useWords(wishesWords);
  const id = useId();
  const [text, setText] = useState("");
  const [found, setFound] = useState<readonly Choice[]>([]);
  const wanted = text.trim().slice(0, 20);
  useEffect(() => {
    if (wanted === "") {
      setFound([]);
      return undefined;
    }
    let current = true;
    const timeout = setTimeout(() => {
      search(wanted).then(
        (choices) => {
          if (current) setFound(choices);
        },
        () => undefined, // The next letter asks again.
      );
    }, ASK_AFTER_MS);
    return () => {
      current = false;
      clearTimeout(timeout);
    };
  }, [wanted, search]);
  const open = found.filter((each) => !chosen.some(({ code }) => code === each.code));
  return (
    <div>
      <label for={id}>{label}</label>
      <div class="chips">
        {chosen.map((each) => (
          <button
            key={each.code}
            type="button"
            aria-label={`${words.wishes.remove} ${nameOf(each, words)}`}
            onClick={() => {
              onChange(chosen.filter(({ code }) => code !== each.code));
            }}
          >
            <Name choice={each} /> ×
          </button>
        ))}
      </div>
      {chosen.length < most && (
        <input
          id={id}
          autoComplete="off"
          maxLength={20}
          value={text}
          placeholder={words.wishes.type}
          onInput={(event) => {
            setText(event.currentTarget.value);
          }}
        />
      )}
      {open.length > 0 && chosen.length < most && (
        <div class="chips" role="group" aria-label={label}>
          {open.map((each) => (
            <button
              key={each.code}
              type="button"
              onClick={() => {
                onChange([...chosen, each]);
                setText("");
              }}
            >
              + <Name choice={each} />
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

function nameOf({ zh, en }: Choice, words: Words): string {
  return words.language === "en" ? (en ?? zh) : zh;
}

function Name({ choice }: { choice: Choice }) {
  const words = useWords();
  const name = nameOf(choice, words);
  return name === choice.zh ? <span lang="zh-CN">{name}</span> : <>{name}</>;
}
