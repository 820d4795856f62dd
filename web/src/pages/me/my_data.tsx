/** What the service and this phone know of a person: correct, download, delete, forget. */

import { useState } from "preact/hooks";
import {
  CorrectMyContactDocument,
  EraseMyDataDocument,
  ExportMyDataDocument,
  type ExportMyDataMutation,
} from "../../gen/graphql";
import { meWords } from "../../i18n/zh/me";
import { useRegistrations } from "../../interest/use_registrations";
import { Fault } from "../../parts/notices";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { service } from "../../shell/service";

export function MyData({ receipt }: { receipt: string }) {
  const words = useWords(meWords);
  const registrations = useRegistrations();
  const [sure, setSure] = useState(false);
  const [fault, setFault] = useState("");
  const report = (error: unknown) => {
    setFault(explain(error, words));
  };
  const download = async () => {
    const parts: unknown[] = [];
    let after: string | null = null;
    do {
      const data: ExportMyDataMutation = await service.execute(ExportMyDataDocument, {
        receipt,
        after,
      });
      const result = data.exportMyData;
      if (result.__typename !== "MyDataExported") {
        setFault(result.message);
        return;
      }
      parts.push(result.data);
      after = result.next;
    } while (after !== null);
    save("songgang.json", JSON.stringify(parts, null, 2));
  };
  const erase = async () => {
    if (!sure) {
      setSure(true);
      return;
    }
    const { eraseMyData: result } = await service.execute(EraseMyDataDocument, { receipt });
    if ("code" in result) setFault(result.message);
    else registrations.forget();
  };
  return (
    <section class="actions">
      {registrations.person !== null && registrations.remembers && (
        <>
          <p>{words.me.remembered(registrations.person.name)}</p>
          <button
            type="button"
            onClick={() => {
              registrations.forget();
            }}
          >
            {words.me.forget}
          </button>
        </>
      )}
      <CorrectName receipt={receipt} onFault={report} />
      <button type="button" onClick={() => void download().catch(report)}>
        {words.me.export}
      </button>
      <button type="button" onClick={() => void erase().catch(report)}>
        {sure ? words.me.eraseSure : words.me.erase}
      </button>
      <Fault text={fault} />
    </section>
  );
}

function CorrectName(props: { receipt: string; onFault(this: void, error: unknown): void }) {
  const { receipt, onFault } = props;
  const words = useWords(meWords);
  const [open, setOpen] = useState(false);
  const [said, setSaid] = useState<{ text: string; fault: boolean } | null>(null);
  const correct = async (name: string) => {
    const { correctMyContact: result } = await service.execute(CorrectMyContactDocument, {
      receipt,
      name,
    });
    if ("code" in result) {
      setSaid({ text: result.message, fault: true });
      return;
    }
    setSaid({ text: words.me.corrected, fault: false });
    setOpen(false);
  };
  return (
    <>
      {open ? (
        <form
          class="search"
          onSubmit={(event) => {
            event.preventDefault();
            const name = new FormData(event.currentTarget).get("name");
            if (typeof name === "string" && name.trim() !== "") {
              correct(name.trim()).catch(onFault);
            }
          }}
        >
          <input name="name" aria-label={words.me.newName} placeholder={words.me.newName} />
          <button type="submit">{words.me.saveName}</button>
        </form>
      ) : (
        <button
          type="button"
          onClick={() => {
            setOpen(true);
          }}
        >
          {words.me.correct}
        </button>
      )}
      {said !== null && (
        <p role={said.fault ? "alert" : "status"} class={said.fault ? "fault" : "second"}>
          {said.text}
        </p>
      )}
    </>
  );
}

function save(name: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
