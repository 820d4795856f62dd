/** Registers somebody who is not known yet: who, consent, then the code that proves the phone. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../api/refusal";
import { ConsentTextDocument, type JobSlipFragment } from "../gen/graphql";
import { formatPay } from "../i18n/format";
import type { Words, WordsWith } from "../i18n/words";
import { sheetWords } from "../i18n/zh/sheet";
import { Sheet } from "../parts/dialog";
import { Dotted } from "../parts/dotted";
import { JobFacts } from "../parts/job_facts";
import { Failed, Fault, Loading } from "../parts/notices";
import { explain } from "../shell/explain";
import { useWords } from "../shell/preferences";
import { useQuery } from "../shell/use_query";
import { CodeStep } from "./code_step";
import { ConsentSentence, WholeConsent } from "./consent";
import type { InterestIn } from "./interest_button";
import { PersonFields, type Faults } from "./person_fields";
import { registrar } from "./registrar";
import { useRegistrations } from "./use_registrations";

interface SheetProps {
  readonly target: InterestIn;
  onClose(this: void): void;
}

export function InterestSheet({ target, onClose }: SheetProps) {
  const words = useWords(sheetWords);
  const registrations = useRegistrations();
  const registration = registrations.of(target.job.id);
  const { data, refusal, retry } = useQuery(ConsentTextDocument, {
    postingId: target.job.id,
    sessionId: target.channel.sessionId,
  });
  const asksCode = registration?.state === "registered" && registrations.person !== null;
  return (
    <Sheet title={words.sheet.title} onClose={onClose}>
      <Terms job={target.job} />
      <hr class="tear" />
      {asksCode ? (
        <CodeStep postingId={target.job.id} onDone={onClose} />
      ) : data?.consentText == null ? (
        refusal === null ? (
          <Loading />
        ) : (
          <Failed refusal={refusal} retry={retry} />
        )
      ) : (
        <InterestForm
          target={target}
          consent={data.consentText.body}
          textVersion={data.consentText.version}
          onClose={onClose}
          onStale={retry}
        />
      )}
    </Sheet>
  );
}

/** The job in three lines: terms come before forms. */
function Terms({ job }: { job: JobSlipFragment }) {
  const words = useWords();
  return (
    <p class="terms">
      <strong lang="zh-CN">{job.title}</strong>
      <span class="pay">{formatPay(job.pay, words)}</span>
      <JobFacts job={job} />
    </p>
  );
}

interface FormProps extends SheetProps {
  readonly consent: string;
  readonly textVersion: string;
  /** The consent text is no longer the current one. */
  onStale(this: void): void;
}

function InterestForm({ target, consent, textVersion, onClose, onStale }: FormProps) {
  const words = useWords(sheetWords);
  const registrations = useRegistrations();
  const [faults, setFaults] = useState<Faults>({});
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const focus = (name: string) =>
    form.current?.querySelector<HTMLElement>(`[name="${name}"]`)?.focus();
  useEffect(() => {
    focus("name");
  }, []);

  const send = async (given: FormData) => {
    setSending(true);
    const person = { name: textOf(given, "name"), phone: textOf(given, "phone") };
    const interest = { ...target.channel, postingId: target.job.id, textVersion };
    try {
      await registrar.register(interest, person, given.get("remember") !== null);
      const registration = registrations.of(target.job.id);
      // Without a network, or with a phone that is proven, there is no code to wait for.
      if (registration?.state !== "registered" || registration.confirmed) onClose();
    } catch (error) {
      const found = faultsOf(error, words);
      if (found.consent !== undefined) onStale();
      setFaults(found);
      setSending(false);
      focus(Object.keys(found)[0] ?? "");
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const found = missingIn(given, words);
    setFaults(found);
    const first = Object.keys(found)[0];
    if (first === undefined) void send(given);
    else focus(first);
  };

  return (
    <form ref={form} onSubmit={submit} noValidate>
      <PersonFields
        faults={faults}
        consent={<ConsentSentence target={target} />}
        whole={<WholeConsent body={consent} />}
      />
      <Fault text={faults.other} />
      <button type="submit" class="main wide" disabled={sending}>
        {sending ? words.sheet.send : words.sheet.submit}
      </button>
      <p class="second small">
        <Dotted>
          {words.sheet.none}
          {words.sheet.withdraw}
        </Dotted>
      </p>
    </form>
  );
}

function missingIn(given: FormData, words: WordsWith<"sheet">): Faults {
  const phone = textOf(given, "phone").replace(/[\s-]/gu, "");
  return {
    ...(textOf(given, "name") === "" && { name: words.sheet.nameFirst }),
    ...(!/^(?:\+?86)?1\d{10}$/u.test(phone) && { phone: words.sheet.phoneWrong }),
    ...(given.get("consent") === null && { consent: words.sheet.consentFirst }),
  };
}

function textOf(given: FormData, name: string): string {
  const value = given.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Put the words of a refusal beside the field that they are about. */
function faultsOf(error: unknown, words: Words): Faults {
  const text = explain(error, words);
  const field = error instanceof Refusal ? error.field : null;
  if (field?.includes("phone") === true) return { phone: text };
  if (field?.includes("name") === true) return { name: text };
  if (field?.includes("consent") === true) return { consent: text };
  return { other: text };
}
