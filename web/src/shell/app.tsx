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
      <main id="main">
        <Page place={place} />
      </main>
      <Footer />
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
      <button type="button" class="quiet" onClick={switchLanguage}>
        {words.other}
      </button>
    </header>
  );
}

function Footer() {
  const { words } = usePreferences();
  return (
    <nav class="bottom" aria-label={words.nav.label}>
      <a href="/">{words.nav.home}</a>
      <a href="/jobs">{words.nav.board}</a>
      <a href="/me">{words.nav.me}</a>
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
