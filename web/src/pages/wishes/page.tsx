import { useState } from "preact/hooks";
import { EraseMyDataDocument, MatchesDocument, type MatchesQuery } from "../../gen/graphql";
import { wishesWords } from "../../i18n/zh/wishes";
import { JobSlip } from "../../parts/job_slip";
import { Failed, Fault, Loading } from "../../parts/notices";
import { explain } from "../../shell/explain";
import { useWords } from "../../shell/preferences";
import { seeker } from "../../shell/seeker";
import { useQuery } from "../../shell/use_query";
import { WishesForm } from "./form";

/** `/me/wishes`: what somebody wants of a job, and the jobs that fit with the reasons. */
export default function WishesPage() {
  const words = useWords(wishesWords);
  const [editing, setEditing] = useState(seeker.receipt === null);
  if (editing) {
    return (
      <div class="mine">
        <h1>{words.wishes.title}</h1>
        <WishesForm
          onSaved={() => {
            setEditing(false);
          }}
        />
      </div>
    );
  }
  return (
    <div class="mine">
      <h1>{words.wishes.matches}</h1>
      <Matches
        onEdit={() => {
          setEditing(true);
        }}
      />
    </div>
  );
}

function Matches({ onEdit }: { onEdit(this: void): void }) {
  const words = useWords(wishesWords);
  const { data, refusal, asOf, retry } = useQuery(MatchesDocument, {}, seeker.service);
  const [fault, setFault] = useState("");
  const erase = async () => {
    const { receipt } = seeker;
    if (receipt === null) return;
    const { eraseMyData: result } = await seeker.service.execute(EraseMyDataDocument, { receipt });
    if ("code" in result) {
      setFault(result.message);
      return;
    }
    seeker.forget();
    onEdit();
  };
  return (
    <>
      {refusal !== null && <Failed refusal={refusal} asOf={asOf} retry={retry} />}
      {data?.recommendedPostings == null ? (
        refusal === null && <Loading />
      ) : (
        <Found matches={data.recommendedPostings} />
      )}
      <div class="actions">
        <button type="button" onClick={onEdit}>
          {words.wishes.edit}
        </button>
        <button
          type="button"
          onClick={() => {
            erase().catch((error: unknown) => {
              setFault(explain(error, words));
            });
          }}
        >
          {words.wishes.erase}
        </button>
        <Fault text={fault} />
      </div>
    </>
  );
}

type Match = NonNullable<MatchesQuery["recommendedPostings"]>[number];

function Found({ matches }: { matches: readonly Match[] }) {
  const words = useWords(wishesWords);
  if (matches.length === 0) {
    return (
      <section class="notice" role="status">
        <p>{words.wishes.none}</p>
        <a class="button" href="/jobs">
          {words.toBoard}
        </a>
      </section>
    );
  }
  return (
    <>
      <p class="second">{words.wishes.automatic}</p>
      <ul class="cards">
        {matches.map((match) => (
          <li key={match.posting.id}>
            <JobSlip job={match.posting} />
            <Reasons match={match} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Reasons({ match }: { match: Match }) {
  const words = useWords(wishesWords);
  const text = (each: { text: string; textZh: string }) =>
    words.language === "en" ? each.text : each.textZh;
  return (
    <ul class="reasons small">
      {match.reasonsFor.map((each) => (
        <li key={each.text}>✓ {text(each)}</li>
      ))}
      {match.reasonsAgainst.map((each) => (
        <li key={each.text} class="second">
          – {text(each)}
        </li>
      ))}
      {match.afterTraining && <li class="second">– {words.wishes.afterTraining}</li>}
    </ul>
  );
}
