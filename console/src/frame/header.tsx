import { lazy, Suspense } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { NavLink } from 'react-router';
import { Choice } from '../parts/choice.js';
import { useMediaQuery } from '../parts/useMediaQuery.js';
import { logOut } from '../session/users.js';
import { useSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import { LanguageChoice } from './languageChoice.js';
import type { PageEntry } from './pages.js';

/** Only narrow windows need it. */
const PageMenu = lazy(async () => ({ default: (await import('./pageMenu.js')).PageMenu }));

const NARROW = '(width <= 768px)';

/** The user, the purpose, the language, and the pages that they open. */
export function Header({ pages }: { readonly pages: readonly PageEntry[] }) {
  const { t } = useTranslation('frame');
  const { personas, user, purpose, choosePersona, choosePurpose } = useSession();
  const { label, list } = useFormat();
  const isNarrow = useMediaQuery(NARROW);
  const roles = list(user.roles.map((role) => label(role.label)));
  return (
    <header className="header">
      <div className="header-row">
        <span className="brand">
          <Mark />
          Polku
        </span>
        {isNarrow && (
          <Suspense fallback={null}>
            <PageMenu pages={pages} />
          </Suspense>
        )}
        <div className="header-choices">
          {personas.length > 0 ? (
            <Choice
              label={t('persona')}
              value={user.persona!}
              options={personas.map((persona) => ({ id: persona.persona!, label: label(persona.label!) }))}
              onChange={choosePersona}
            />
          ) : (
            <span className="header-fact">
              <small>{t('role')}</small>
              {roles}
            </span>
          )}
          {user.purposes.length > 1 ? (
            <Choice
              label={t('purpose')}
              value={purpose.id}
              options={user.purposes.map(({ id, label: texts }) => ({ id, label: label(texts) }))}
              onChange={choosePurpose}
            />
          ) : (
            <span className="header-fact">
              <small>{t('purpose')}</small>
              {label(purpose.label)}
            </span>
          )}
          <LanguageChoice />
          {personas.length === 0 && (
            <Button className="react-aria-Button quiet" onPress={() => void logOut()}>
              {t('logOut')}
            </Button>
          )}
        </div>
      </div>
      <div className="header-row header-pages">
        <nav className="tabs" aria-label={t('pages')}>
          {pages.map(({ path }) => (
            <NavLink key={path} to={`/${path}`}>
              {t(`page.${path}`)}
            </NavLink>
          ))}
        </nav>
        <p className="header-note">
          {t('recipient')}{' '}
          <strong>{user.recipientLabel ? label(user.recipientLabel) : user.recipient}</strong>
          {personas.length > 0 && <span className="synthetic">{t('synthetic')}</span>}
        </p>
      </div>
      {user.explanation && <p className="header-explanation">{label(user.explanation)}</p>}
    </header>
  );
}

/** The logo: a winding path. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <path d="M9 27.500c0-7 14-5.500 14-12S12.500 11.500 15.500 5" className="mark-path" />
    </svg>
  );
}
