/** The form of `/me/wishes`. It asks for no name, no phone and no CV. */

import { useCallback, useEffect, useState } from "preact/hooks";
import { Refusal } from "../../api/refusal";
import { ProfileConsentDocument, type Intensity, type SeekerGroup } from "../../gen/graphql";
import { boardWords } from "../../i18n/zh/board";
import { wishesWords } from "../../i18n/zh/wishes";
import { WholeConsent } from "../../interest/consent";
import { Failed, Fault, Loading } from "../../parts/notices";
import { Picker } from "../../parts/picker";
import { PAY_STEPS, Select, SHIFTS } from "../../parts/select";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { seeker } from "../../shell/seeker";
import { useQuery } from "../../shell/use_query";
import { EMPTY, loadDraft, profileOf, searchOccupations, searchRegions, type Draft } from "./draft";

const PARTS = { ...boardWords, ...wishesWords };

const MOST_CHOICES = 5;
const INTENSITIES: readonly Intensity[] = ["LIGHT", "MEDIUM", "HEAVY"];

export function WishesForm({ onSaved }: { onSaved(this: void): void }) {
  const consent = useQuery(ProfileConsentDocument, {});
  const [draft, setDraft] = useState<Draft | null>(seeker.receipt === null ? EMPTY : null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);
  const load = useCallback(() => {
    setRefusal(null);
    loadDraft().then(setDraft, (error: unknown) => {
      const found = error instanceof Refusal ? error : Refusal.offline();
      // An empty form in the place of wishes that stand would replace them.
      if (seeker.receipt === null || found.isUnknown) setDraft(EMPTY);
      else setRefusal(found);
    });
  }, []);
  useEffect(() => {
    if (seeker.receipt !== null) load();
  }, [load]);
  if (refusal !== null) return <Failed refusal={refusal} retry={load} />;
  if (consent.refusal !== null) return <Failed refusal={consent.refusal} retry={consent.retry} />;
  if (consent.data === null || draft === null) return <Loading />;
  const { body, version } = consent.data.profileConsentText;
  return (
    <Fields
      draft={draft}
      onChange={setDraft}
      consent={body}
      save={async () => {
        await seeker.save(profileOf(draft), version);
        onSaved();
      }}
    />
  );
}

interface FieldsProps {
  readonly draft: Draft;
  onChange(this: void, draft: Draft): void;
  readonly consent: string;
  save(this: void): Promise<void>;
}

function Fields({ draft, onChange, consent, save }: FieldsProps) {
  const words = useWords(PARTS);
  const [agreed, setAgreed] = useState(false);
  const [fault, setFault] = useState("");
  const change = (part: Partial<Draft>) => {
    onChange({ ...draft, ...part });
  };
  const check = (name: "noNights" | "dormitory" | "meals") => (
    <label class="check" key={name}>
      <input
        type="checkbox"
        checked={draft[name]}
        onChange={(event) => {
          change({ [name]: event.currentTarget.checked });
        }}
      />
      <span>{words.wishes[name]}</span>
    </label>
  );
  const submit = () => {
    if (!agreed) {
      setFault(words.wishes.consentFirst);
      return;
    }
    save().catch((error: unknown) => {
      setFault(explain(error, words));
    });
  };
  return (
    <form
      class="wishes"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p class="second">{words.wishes.intro}</p>
      <Picker
        label={words.wishes.occupations}
        chosen={draft.occupations}
        most={MOST_CHOICES}
        search={searchOccupations}
        onChange={(occupations) => {
          change({ occupations });
        }}
      />
      <Picker
        label={words.wishes.places}
        chosen={draft.places}
        most={MOST_CHOICES}
        search={searchRegions}
        onChange={(places) => {
          change({ places });
        }}
      />
      <div class="pair">
        <Select
          label={words.board.pay}
          value={draft.pay === null ? "" : String(draft.pay)}
          options={PAY_STEPS.map((each) => [String(each), words.board.yuan(each)])}
          optional
          onChange={(value) => {
            change({ pay: value === "" ? null : Number(value) });
          }}
        />
        <Select
          label={words.wishes.heaviest}
          value={draft.heaviest}
          options={INTENSITIES.map((each) => [each, words.wishes.intensity[each]])}
          onChange={(value) => {
            change({ heaviest: value as Intensity });
          }}
        />
        <label>
          {words.wishes.endsBy}
          <input
            type="time"
            value={draft.endsBy}
            onInput={(event) => {
              change({ endsBy: event.currentTarget.value });
            }}
          />
        </label>
        <Select
          label={words.wishes.group}
          value={draft.group}
          options={Object.entries(words.wishes.groups)}
          onChange={(value) => {
            change({ group: value as SeekerGroup });
          }}
        />
      </div>
      <fieldset>
        <legend>{words.board.shift}</legend>
        {SHIFTS.map((each) => (
          <label class="check" key={each}>
            <input
              type="checkbox"
              checked={draft.shifts.includes(each)}
              onChange={(event) => {
                const others = draft.shifts.filter((shift) => shift !== each);
                change({ shifts: event.currentTarget.checked ? [...others, each] : others });
              }}
            />
            <span>{words.labels.shift[each]}</span>
          </label>
        ))}
      </fieldset>
      <fieldset>
        <legend>{words.wishes.must}</legend>
        {(["dormitory", "meals", "noNights"] as const).map(check)}
      </fieldset>
      <label class="check">
        <input
          type="checkbox"
          name="consent"
          checked={agreed}
          onChange={(event) => {
            setAgreed(event.currentTarget.checked);
          }}
        />
        <span>{words.wishes.consent}</span>
      </label>
      <WholeConsent body={consent} />
      <Fault text={fault} />
      <button type="submit" class="main wide">
        {words.wishes.save}
      </button>
    </form>
  );
}
