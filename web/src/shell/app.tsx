/** The frame of all public pages: brand, switches, the page of the address, links below. */

import { noEnglish } from "../i18n/zh/common";
import { Empty, FailedPage } from "../parts/notices";
import { PreferencesProvider, usePreferences, useStoredPreferences } from "./preferences";
import { usePlace, type Place } from "./routes";
import { useLater } from "./use_later";

export function App() {
  const preferences = useStoredPreferences();
  const place = usePlace();
  if (preferences === null) return null;
  return (
    <PreferencesProvider value={preferences}>
      <a class="skip" href="#main">
        {preferences.words.skip}
      </a>
      <Header />
      <Menu place={place} />
      <main id="main" tabIndex={-1}>
        {preferences.retryEnglish !== null && <NoEnglish retry={preferences.retryEnglish} />}
        <Page key={place.key} place={place} />
      </main>
    </PreferencesProvider>
  );
}

function Header() {
  const { words, large, switchLanguage, switchLarge } = usePreferences();
  return (
    <header class="top">
      <a class="brand" href="/">
        {words.brand}
      </a>
      <button type="button" class="quiet" aria-pressed={large} onClick={switchLarge}>
        {words.large}
      </button>
      <button type="button" class="quiet" lang={words.otherLanguage} onClick={switchLanguage}>
        {words.other}
      </button>
    </header>
  );
}

/** Below the page on a phone, beside the brand on a wide screen. */
function Menu({ place }: { place: Place }) {
  const { words } = usePreferences();
  const entries = [
    ["/", words.nav.home],
    ["/jobs", words.nav.board],
    ["/me", words.nav.me],
  ] as const;
  return (
    <nav class="menu" aria-label={words.nav.label}>
      {entries.map(([path, name]) => (
        <a key={path} href={path} aria-current={place.path === path ? "page" : undefined}>
          {name}
        </a>
      ))}
    </nav>
  );
}

function NoEnglish({ retry }: { retry(this: void): void }) {
  return (
    <div role="alert" class="warning" lang="en">
      <p>{noEnglish.text}</p>
      <button type="button" onClick={retry}>
        {noEnglish.retry}
      </button>
    </div>
  );
}

function Page({ place }: { place: Place }) {
  const { words } = usePreferences();
  const { part, failed, retry } = useLater(place.route?.load);
  if (place.route === null) {
    return <Empty text={words.notFound} href="/" action={words.toHome} />;
  }
  if (failed) return <FailedPage text={words.notLoaded} retry={retry} />;
  if (part === null) return null;
  const { default: Shown } = part;
  return <Shown id={place.id} query={place.query} />;
}
