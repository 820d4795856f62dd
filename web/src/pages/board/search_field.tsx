/** A search field with suggestions. It waits for the end of an input method's composition. */

import { useEffect, useState } from "preact/hooks";
import { SuggestionsDocument } from "../../gen/graphql";
import { boardWords } from "../../i18n/zh/board";
import { useWords } from "../../shell/preferences";
import { service } from "../../shell/service";

const ASK_AFTER_MS = 200;

interface SearchFieldProps {
  readonly value: string;
  onSearch(this: void, text: string): void;
}

export function SearchField({ value, onSearch }: SearchFieldProps) {
  const words = useWords(boardWords);
  const [text, setText] = useState(value);
  const [composing, setComposing] = useState(false);
  const suggestions = useSuggestions(composing ? "" : text);
  useEffect(() => {
    setText(value);
  }, [value]);
  return (
    <form
      role="search"
      class="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <input
        type="search"
        aria-label={words.board.search}
        placeholder={words.board.search}
        list="suggestions"
        maxLength={60}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
        }}
        onCompositionStart={() => {
          setComposing(true);
        }}
        onCompositionEnd={() => {
          setComposing(false);
        }}
      />
      <datalist id="suggestions">
        {suggestions.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      <button type="submit">{words.board.find}</button>
    </form>
  );
}

function useSuggestions(text: string): readonly string[] {
  const [found, setFound] = useState<readonly string[]>([]);
  const prefix = text.trim().slice(0, 20);
  useEffect(() => {
    let wanted = prefix !== "";
    if (!wanted) {
      setFound([]);
      return undefined;
    }
    const timeout = setTimeout(() => {
      service.execute(SuggestionsDocument, { prefix }).then(
        (data) => {
          if (wanted) setFound(data.postingSuggestions.map((each) => each.text));
        },
        () => undefined, // Suggestions are a help: without them one types the whole word.
      );
    }, ASK_AFTER_MS);
    return () => {
      wanted = false;
      clearTimeout(timeout);
    };
  }, [prefix]);
  return found;
}
