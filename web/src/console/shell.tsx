/** The frame of the console: who is signed in, the page of the address, the sign-in over it. */

import { StaffMemberDocument } from "../gen/graphql";
import { Failed, Loading } from "../parts/notices";
import { PreferencesProvider, usePreferences, useStoredPreferences } from "../shell/preferences";
import { useQuery } from "../shell/use_query";
import { Desk } from "./desk/desk";
import { useConsolePlace } from "./place";
import { EditSession, MakeSession } from "./plan/plan";
import { useConsoleWords, useStaff } from "./service";
import { Sessions } from "./sessions";
import { SignIn } from "./sign_in";

export function Console() {
  const preferences = useStoredPreferences();
  const staff = useStaff();
  if (preferences === null) return null;
  return (
    <PreferencesProvider value={preferences}>
      <a class="skip" href="#main">
        {preferences.words.skip}
      </a>
      <Header />
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
      {staff.isSignInWanted && <SignIn />}
    </PreferencesProvider>
  );
}

function Header() {
  const { words, switchLanguage } = usePreferences();
  const own = useConsoleWords();
  const staff = useStaff();
  return (
    <header class="top">
      <a class="brand" href="/console">
        {own.title}
      </a>
      <button type="button" class="quiet" lang={words.otherLanguage} onClick={switchLanguage}>
        {words.other}
      </button>
      {staff.isSignedIn && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            void staff.signOut().finally(() => {
              location.assign("/console");
            });
          }}
        >
          {own.signIn.out}
        </button>
      )}
    </header>
  );
}

function Page() {
  const words = useConsoleWords();
  const { service } = useStaff();
  const place = useConsolePlace();
  const { data, refusal, retry } = useQuery(StaffMemberDocument, {}, service);
  if (refusal !== null && data === null) return <Failed refusal={refusal} retry={retry} />;
  const member = data?.me;
  if (member == null) return <Loading />;
  if (member.role !== "HOST" && member.role !== "OFFICER") {
    return <h1>{words.signIn.notForYou}</h1>;
  }
  switch (place?.page) {
    case "sessions":
      return <Sessions filter={member.role === "HOST" ? { mine: true } : ofUnion(member.union)} />;
    case "make":
      return <MakeSession host={member.role === "HOST" ? member.displayName : ""} />;
    case "edit":
      return <EditSession key={place.id} id={place.id} />;
    case "desk":
      return <Desk key={place.id} id={place.id} />;
    default:
      return <h1>{words.desk.unknown}</h1>;
  }
}

function ofUnion(union: { readonly id: string } | null) {
  return union === null ? {} : { unionId: union.id };
}
