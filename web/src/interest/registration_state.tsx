/** What became of an interest, in the place of its button: sent, waiting, registered, withdrawn. */

import { sheetWords } from "../i18n/zh/sheet";
import { explain } from "../shell/explain";
import { useWords } from "../shell/preferences";
import { RegisteredRow } from "./registered_row";
import { registrar } from "./registrar";
import type { Registration } from "./registrations";
import { useRegistrations } from "./use_registrations";

interface RegistrationStateProps {
  readonly registration: Registration;
  readonly postingId: string;
  onCode(this: void): void;
}

export function RegistrationState({ registration, postingId, onCode }: RegistrationStateProps) {
  const words = useWords(sheetWords);
  switch (registration.state) {
    case "refused":
      return <Refused refusal={registration.refusal} />;
    case "sending":
      return (
        <button type="button" class="wide" disabled>
          {words.sheet.send}
        </button>
      );
    case "waiting":
      return (
        <div role="status" class="warning row">
          <span>{words.sheet.waiting}</span>
          <button
            type="button"
            onClick={() => {
              registrar.cancel(postingId);
            }}
          >
            {words.sheet.cancel}
          </button>
        </div>
      );
    case "withdrawn":
      return (
        <p role="status" class="second">
          {words.sheet.undone}
        </p>
      );
    case "registered":
      return (
        <Registered
          key={registration.leadId}
          postingId={postingId}
          registration={registration}
          onCode={onCode}
        />
      );
  }
}

interface RegisteredProps {
  readonly postingId: string;
  readonly registration: { readonly created: boolean; readonly confirmed: boolean };
  onCode(this: void): void;
}

function Registered({ postingId, registration, onCode }: RegisteredProps) {
  const { created, confirmed } = registration;
  const words = useWords(sheetWords);
  const registrations = useRegistrations();
  const said = created ? words.sheet.done : words.sheet.again;
  return (
    <>
      <RegisteredRow text={confirmed ? said : words.interest.pending} postingId={postingId} />
      {!confirmed && registrations.person !== null && (
        <button type="button" class="main wide" onClick={onCode}>
          {words.sheet.enterCode}
        </button>
      )}
    </>
  );
}

/** It waited for a network in vain: why, and the button is there again. */
function Refused({ refusal }: { refusal: Error | null }) {
  const words = useWords(sheetWords);
  return (
    <p role="status" class="warning">
      {refusal === null ? words.sheet.dropped : words.sheet.refused(explain(refusal, words))}
    </p>
  );
}
