import { Suspense, useEffect, useState } from 'react';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { I18nextProvider, useTranslation } from 'react-i18next';
import { HashRouter, useLocation } from 'react-router';
import type { i18n } from 'i18next';
import { SessionProvider, useSession } from '../session/session.js';
import { useOpenFields } from '../session/useOpenFields.js';
import { locales } from '../texts/languages.js';
import { useFormat } from '../texts/useFormat.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import './frame.css';
import { Header } from './header.js';
import { LoginPage } from './loginPage.js';
import { OfflineNotice } from './offlineNotice.js';
import { OpenPages } from './openPages.js';
import { pages } from './pages.js';
import '../parts/parts.css';
import './tokens.css';

/** The whole console. */
export function App({ texts }: { readonly texts: i18n }) {
  return (
    <I18nextProvider i18n={texts}>
      <Suspense fallback={null}>
        <Localised />
      </Suspense>
    </I18nextProvider>
  );
}

/** Tells the browser and the parts of the page which language they are in. */
function Localised() {
  const { language } = useFormat();
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  return (
    <I18nProvider locale={locales[language]}>
      <SessionProvider waiting={(noSession) => <LoginPage {...noSession} />}>
        <HashRouter>
          <Frame />
        </HashRouter>
      </SessionProvider>
    </I18nProvider>
  );
}

function Frame() {
  const { t } = useTranslation('frame');
  const { coordinates, problem, retry } = useOpenFields();
  const isSwitched = useIsSwitched();
  const open = coordinates && pages.filter(({ needs }) => needs.some((need) => coordinates.has(need)));
  return (
    <>
      <a className="skip-link" href="#main" onClick={skipToMain}>
        {t('skip')}
      </a>
      <Header pages={open ?? []} />
      <OfflineNotice />
      <main id="main" className="main" tabIndex={-1}>
        {open ? (
          <OpenPages pages={open} isSwitched={isSwitched} />
        ) : problem ? (
          <ProblemNotice problem={problem} retry={retry} />
        ) : (
          <Waiting />
        )}
      </main>
    </>
  );
}

/** Whether the user has chosen another persona or purpose since they came to this page. */
function useIsSwitched(): boolean {
  const { client } = useSession();
  const { pathname } = useLocation();
  const [arrival, setArrival] = useState({ client, pathname });
  if (arrival.pathname !== pathname) setArrival({ client, pathname });
  return arrival.client !== client;
}

/** The address names the page, so the link moves the focus itself. */
function skipToMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}
