/** Six digits that prove the phone. They submit themselves; without a code staff call. */

import { useState } from "preact/hooks";
import { explain } from "../shell/explain";
import type { CodeChannel } from "../gen/graphql";
import { useWords } from "../shell/preferences";
import { useRegistrations } from "./use_registrations";

const DIGITS = 6;

export function CodeStep() {
  const words = useWords();
  const registrations = useRegistrations();
  const [sent, setSent] = useState<{ demoCode: string | null } | null>(null);
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");

  const attempt = async (act: () => Promise<void>) => {
    setBusy(true);
    setFault("");
    try {
      await act();
    } catch (error) {
      setFault(explain(error, words));
    }
    setBusy(false);
  };
  const request = (channel: CodeChannel) => {
    void attempt(async () => {
      setSent(await registrations.requestCode(channel));
    });
  };
  const type = (text: string) => {
    const code = text.replace(/\D/gu, "");
    if (code.length === DIGITS && !busy) void attempt(() => registrations.confirmPhone(code));
  };

  return (
    <section class="code">
      <p class="second small">{words.interest.whyCode}</p>
      {sent !== null && (
        <label>
          {words.interest.code}
          <input
            name="code"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={DIGITS + 2}
            onInput={(event) => {
              type(event.currentTarget.value);
            }}
          />
        </label>
      )}
      {sent?.demoCode != null && (
        <p class="second small">{words.interest.demoCode(sent.demoCode)}</p>
      )}
      {fault !== "" && (
        <p role="alert" class="fault">
          {fault}
        </p>
      )}
      <button
        type="button"
        class={sent === null ? "main wide" : "quiet"}
        disabled={busy}
        onClick={() => {
          request("SMS");
        }}
      >
        {sent === null ? words.interest.getCode : words.interest.resend}
      </button>
    </section>
  );
}
