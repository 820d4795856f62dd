/** Name, phone and the two ticks of somebody who registers for the first time. */

import type { ComponentChildren } from "preact";
import { sheetWords } from "../i18n/zh/sheet";
import { Fault } from "../parts/notices";
import { useWords } from "../shell/preferences";

/** What is wrong, by the field that it is shown beside. */
export interface Faults {
  readonly name?: string;
  readonly phone?: string;
  readonly consent?: string;
  readonly other?: string;
}

interface PersonFieldsProps {
  readonly faults: Faults;
  readonly consent: ComponentChildren;
  readonly whole: ComponentChildren;
}

export function PersonFields({ faults, consent, whole }: PersonFieldsProps) {
  const words = useWords(sheetWords);
  return (
    <>
      <label>
        {words.sheet.name}
        <input
          name="name"
          autoComplete="name"
          maxLength={40}
          required
          {...invalid("name", faults.name)}
        />
      </label>
      <Fault field="name" text={faults.name} />
      <label>
        {words.sheet.phone}
        <input
          name="phone"
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          maxLength={20}
          required
          {...invalid("phone", faults.phone)}
        />
      </label>
      <Fault field="phone" text={faults.phone} />
      <label class="check">
        <input type="checkbox" name="consent" required {...invalid("consent", faults.consent)} />
        <span>{consent}</span>
      </label>
      <Fault field="consent" text={faults.consent} />
      {whole}
      <label class="check">
        <input type="checkbox" name="remember" />
        <span>{words.sheet.remember}</span>
      </label>
    </>
  );
}

function invalid(id: string, fault: string | undefined) {
  return fault === undefined
    ? {}
    : { "aria-invalid": "true" as const, "aria-describedby": `${id}-fault` };
}
