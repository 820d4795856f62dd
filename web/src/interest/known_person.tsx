/** One tap registers somebody who is known. The line above it names who receives the phone. */

import { useState } from "preact/hooks";
import { ConsentTextDocument } from "../gen/graphql";
import { formatPhone } from "../i18n/format";
import { sheetWords } from "../i18n/zh/sheet";
import { Failed, Fault } from "../parts/notices";
import { explain } from "../shell/explain";
import { useWords } from "../shell/preferences";
import { useQuery } from "../shell/use_query";
import { ConsentSentence, WholeConsent } from "./consent";
import type { InterestIn } from "./interest_button";
import { registrar } from "./registrar";
import type { Person } from "./registrations";
import { useRegistrations } from "./use_registrations";

export interface KnownPersonProps {
  readonly target: InterestIn;
  readonly person: Person;
  /** Whether a tap now means the job that is shown. */
  counts(this: void): boolean;
  onPress(this: void): void;
}

export function KnownPerson({ target, person, counts, onPress }: KnownPersonProps) {
  const words = useWords(sheetWords);
  const registrations = useRegistrations();
  const { data, refusal, retry } = useQuery(ConsentTextDocument, {
    postingId: target.job.id,
    sessionId: target.channel.sessionId,
  });
  const text = data?.consentText ?? null;
  const [fault, setFault] = useState("");
  const tap = async () => {
    if (!counts() || text === null) return;
    setFault("");
    try {
      const interest = {
        ...target.channel,
        postingId: target.job.id,
        textVersion: text.version,
      };
      await registrar.register(interest, person, registrations.remembers);
    } catch (error) {
      retry(); // The text may have changed.
      setFault(explain(error, words));
    }
  };
  return (
    <>
      <p class="small second consent">
        <ConsentSentence target={target} />
      </p>
      <button
        type="button"
        class="main wide"
        disabled={text === null}
        onPointerDown={onPress}
        onClick={() => void tap()}
      >
        {words.interest.act}
      </button>
      {text === null && refusal !== null && <Failed refusal={refusal} retry={retry} />}
      <Fault text={fault} />
      <div class="row small second">
        <span>{words.sheet.nextTime(person.name, formatPhone(person.phone))}</span>
        <button
          type="button"
          class="quiet"
          onClick={() => {
            registrations.forget();
          }}
        >
          {words.sheet.other}
        </button>
      </div>
      {text !== null && <WholeConsent body={text.body} />}
    </>
  );
}
