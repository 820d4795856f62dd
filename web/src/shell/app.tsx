/** The frame of all public pages: brand, switches, the page of the address, links below. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { PreferencesProvider, usePreferences, useStoredPreferences } from "./preferences";
import { usePlace, type PageProps, type Place } from "./routes";

export function App() {
  const preferences = useStoredPreferences();
  const place = usePlace();
  return (
    <PreferencesProvider value={preferences}>
      <a class="skip" href="#main">
        {preferences.words.skip}
      </a>
      <Header />
      <Menu place={place} />
      <main id="main" tabIndex={-1}>
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

function Page({ place }: { place: Place }) {
  const { words } = usePreferences();
  const [loaded, setLoaded] = useState<{ page: ComponentType<PageProps> } | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    setFailed(false);
    place.route?.load().then(
      ({ default: page }) => {
        if (wanted) setLoaded({ page });
      },
      () => {
        if (wanted) setFailed(true);
      },
    );
    return () => {
      wanted = false;
    };
  }, [place.route]);
  if (place.route === null) return <Notice text={words.notFound} href="/" action={words.toHome} />;
  if (failed) return <Notice text={words.failed} href={location.href} action={words.retry} />;
  if (loaded === null) return null;
  const { page: Shown } = loaded;
  return <Shown id={place.id} query={place.query} />;
}

function Notice({ text, href, action }: { text: string; href: string; action: string }) {
  return (
    <section class="notice">
      <h1>{text}</h1>
      <a class="button" href={href}>
        {action}
      </a>
    </section>
  );
}
