/** Six digits that prove the phone. They submit themselves; without a code staff call. */

import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { CodeChannel } from "../gen/graphql";
import { formatPhone } from "../i18n/format";
import { sheetWords } from "../i18n/zh/sheet";
import { Fault } from "../parts/notices";
import { useWords } from "../shell/preferences";
import { useAttempt } from "../shell/use_attempt";
import { RegisteredRow } from "./registered_row";
import { registrar, type CodeSent } from "./registrar";
import { useRegistrations } from "./use_registrations";

const DIGITS = 6;
/** A message may take so long; then another one, or a call, can be asked for. */
const RESEND_AFTER_MS = 30_000;

interface CodeStepProps {
  /** The job that was just registered, which can be taken back; null for all that wait. */
  readonly postingId: string | null;
  /** Called once the phone is proven, or nothing is left to prove. */
  onDone(this: void): void;
}

/** The code is sent as the step is shown. */
export function CodeStep({ postingId, onDone }: CodeStepProps) {
  const words = useWords(sheetWords);
  const registrations = useRegistrations();
  const [sent, setSent] = useState<CodeSent | null>(null);
  const { fault, busy, run } = useAttempt();
  const input = useRef<HTMLInputElement>(null);
  const resendIn = useCountdown(sent);

  const request = useCallback(
    (channel: CodeChannel) =>
      run(async () => {
        const answer = await registrar.requestCode(channel);
        if (answer === null) onDone();
        else setSent(answer);
        input.current?.focus();
      }),
    [run, onDone],
  );
  const begunRef = useRef(false);
  useEffect(() => {
    if (begunRef.current) return;
    begunRef.current = true;
    void request("SMS");
  }, [request]);

  const type = (text: string) => {
    const code = text.replace(/\D/gu, "");
    if (code.length !== DIGITS || busy) return;
    void run(async () => {
      await registrar.confirmPhone(code);
      onDone();
    });
  };

  return (
    <section>
      <RegisteredRow text={words.sheet.unconfirmed} postingId={postingId} onUndone={onDone} />
      <label>
        {words.sheet.code(formatPhone(registrations.person?.phone ?? ""))}
        <input
          ref={input}
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={DIGITS + 2}
          aria-describedby="code-why"
          {...(fault === "" ? {} : { "aria-invalid": "true" as const })}
          onInput={(event) => {
            type(event.currentTarget.value);
          }}
        />
      </label>
      <Fault text={fault} />
      {sent?.demoCode != null && <p class="second small">{words.sheet.demoCode(sent.demoCode)}</p>}
      <p id="code-why" class="second small">
        {words.sheet.whyCode}
      </p>
      {resendIn > 0 && <p class="second small">{words.sheet.resendIn(resendIn)}</p>}
      {resendIn === 0 && (
        <div class="pair">
          <button type="button" disabled={busy} onClick={() => void request("SMS")}>
            {words.sheet.resend}
          </button>
          <button type="button" disabled={busy} onClick={() => void request("VOICE")}>
            {words.sheet.callMe}
          </button>
        </div>
      )}
    </section>
  );
}

/** Seconds until another code can be asked for; 0 when none was sent. */
function useCountdown(sent: CodeSent | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    if (sent === null) return undefined;
    const until = Math.max(sent.nextAt, Date.now() + RESEND_AFTER_MS);
    const count = () => {
      setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1_000)));
    };
    count();
    const interval = setInterval(count, 1_000);
    return () => {
      clearInterval(interval);
    };
  }, [sent]);
  return left;
}
