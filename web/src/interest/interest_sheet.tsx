/** Name, phone and consent for one job. Somebody who is known reads the consent and taps once. */

import { useEffect, useRef, useState } from "preact/hooks";
import { Refusal } from "../api/refusal";
import { ConsentTextDocument } from "../gen/graphql";
import { formatPhone } from "../i18n/format";
import { Sheet } from "../parts/dialog";
import type { Words } from "../i18n/zh";
import { explain } from "../shell/explain";
import { useWords } from "../shell/preferences";
import { useQuery } from "../shell/use_query";
import { Failed, Loading } from "../parts/notices";
import type { InterestIn } from "./interest_button";
import type { Person } from "./registrations";
import { useRegistrations } from "./use_registrations";

interface SheetProps {
  readonly target: InterestIn;
  onClose(this: void): void;
}

export function InterestSheet({ target, onClose }: SheetProps) {
  const words = useWords();
  const { data, refusal, retry } = useQuery(ConsentTextDocument, { postingId: target.postingId });
  return (
    <Sheet title={words.interest.title} onClose={onClose}>
      {refusal !== null && <Failed refusal={refusal} retry={retry} />}
      {data?.consentText == null ? (
        refusal === null && <Loading />
      ) : (
        <InterestForm
          target={target}
          consent={data.consentText.body}
          textVersion={data.consentText.version}
          onClose={onClose}
        />
      )}
    </Sheet>
  );
}

interface Faults {
  readonly name?: string;
  readonly phone?: string;
  readonly consent?: string;
  readonly other?: string;
}

function InterestForm(props: SheetProps & { consent: string; textVersion: string }) {
  const { target, consent, textVersion, onClose } = props;
  const words = useWords();
  const registrations = useRegistrations();
  const known = registrations.person;
  const [faults, setFaults] = useState<Faults>({});
  const [sending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => {
    form.current?.querySelector<HTMLElement>("input, button")?.focus();
  }, [known]);

  const send = async (person: Person, remember: boolean) => {
    setSending(true);
    registrations.become(person, remember);
    try {
      await registrations.register({ ...target, textVersion });
      onClose();
    } catch (error) {
      setFaults(faultsOf(error, words));
      setSending(false);
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (known !== null) {
      void send(known, registrations.remembers);
      return;
    }
    const given = new FormData(event.currentTarget as HTMLFormElement);
    const person = { name: textOf(given, "name"), phone: textOf(given, "phone") };
    const found: Faults = {
      ...(person.name === "" && { name: words.interest.nameFirst }),
      ...(!/^(?:\+?86)?1\d{10}$/u.test(person.phone.replace(/[\s-]/gu, "")) && {
        phone: words.interest.phoneWrong,
      }),
      ...(given.get("consent") === null && { consent: words.interest.consentFirst }),
    };
    setFaults(found);
    const first = Object.keys(found)[0];
    if (first === undefined) void send(person, given.get("remember") !== null);
    else form.current?.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
  };

  return (
    <form ref={form} onSubmit={submit} noValidate>
      {known === null ? (
        <PersonFields consent={consent} faults={faults} />
      ) : (
        <p class="consent">{consent}</p>
      )}
      {faults.other !== undefined && (
        <p role="alert" class="fault">
          {faults.other}
        </p>
      )}
      <button type="submit" class="main wide" disabled={sending}>
        {known === null
          ? words.interest.submit
          : words.interest.nextTime(known.name, formatPhone(known.phone))}
      </button>
      {known !== null && (
        <button
          type="button"
          class="quiet wide"
          onClick={() => {
            registrations.forget();
          }}
        >
          {words.interest.other}
        </button>
      )}
      <p class="second small">
        {words.interest.none} · {words.interest.withdraw}
      </p>
    </form>
  );
}

function PersonFields({ consent, faults }: { consent: string; faults: Faults }) {
  const words = useWords();
  return (
    <>
      <label>
        {words.interest.name}
        <input name="name" autoComplete="name" maxLength={40} required {...invalid(faults.name)} />
      </label>
      <Fault id="name-fault" text={faults.name} />
      <label>
        {words.interest.phone}
        <input
          name="phone"
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          maxLength={20}
          required
          {...invalid(faults.phone)}
        />
      </label>
      <Fault id="phone-fault" text={faults.phone} />
      <label class="check">
        <input type="checkbox" name="consent" required {...invalid(faults.consent)} />
        <span>{consent}</span>
      </label>
      <Fault id="consent-fault" text={faults.consent} />
      <label class="check">
        <input type="checkbox" name="remember" />
        <span>{words.interest.remember}</span>
      </label>
    </>
  );
}

function Fault({ id, text }: { id: string; text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p id={id} role="alert" class="fault">
      {text}
    </p>
  );
}

function invalid(fault: string | undefined): { "aria-invalid"?: "true" } {
  return fault === undefined ? {} : { "aria-invalid": "true" };
}

function textOf(given: FormData, name: string): string {
  const value = given.get(name);
  return typeof value === "string" ? value.trim() : "";
}

/** Put the words of a refusal beside the field that they are about. */
function faultsOf(error: unknown, words: Words): Faults {
  const text = explain(error, words);
  switch (error instanceof Refusal ? error.code : "") {
    case "PHONE_INVALID":
      return { phone: text };
    case "CONSENT_REQUIRED":
      return { consent: text };
    default:
      return { other: text };
  }
}
