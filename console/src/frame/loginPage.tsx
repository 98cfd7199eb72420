import { useTranslation } from 'react-i18next';
import { ProblemNotice } from '../parts/problemNotice.js';
import { usePageTitle } from '../parts/usePageTitle.js';
import { Waiting } from '../parts/waiting.js';
import type { NoSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import { Mark } from './header.js';
import { LanguageChoice } from './languageChoice.js';

/** Shown until the user is known: the ways to log in, or what went wrong. */
export function LoginPage({ users, problem, retry }: NoSession) {
  const { t } = useTranslation('frame');
  const { label } = useFormat();
  usePageTitle(t('login.title'));
  // After the login the page opens that the address names now.
  const to = encodeURIComponent(`/${window.location.hash}`);
  return (
    <main className="login" id="main">
      <Mark />
      <h1>{t('login.title')}</h1>
      {problem !== undefined ? (
        <ProblemNotice problem={problem} retry={retry} />
      ) : !users ? (
        <Waiting />
      ) : users.user ? (
        <p role="alert">{t('login.noPurpose')}</p>
      ) : users.logins.length > 0 ? (
        <>
          <p>{t('login.lead')}</p>
          {users.logins.map((login) => (
            <a key={login.name} className="log-in" href={`/session/login?with=${login.name}&to=${to}`}>
              {label(login.label)}
            </a>
          ))}
        </>
      ) : (
        <p role="alert">{t('login.none')}</p>
      )}
      <LanguageChoice />
    </main>
  );
}
