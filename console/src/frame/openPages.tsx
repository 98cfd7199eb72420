import { type ComponentType, Suspense, use, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, Route, Routes, useLocation } from 'react-router';
import { PageHeading } from '../parts/pageHeading.js';
import { Waiting } from '../parts/waiting.js';
import { useSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import { PageBoundary } from './pageBoundary.js';
import type { PageEntry } from './pages.js';

const loaded = new Map<PageEntry, Promise<ComponentType>>();

const failed = new Set<PageEntry>();

/** Fetches the code of a page once. A failure stays until the user tries again. */
function loadPage(page: PageEntry): Promise<ComponentType> {
  const known = loaded.get(page);
  if (known) return known;
  const loading = page.load();
  loading.catch(() => failed.add(page));
  loaded.set(page, loading);
  return loading;
}

/** Lets pages whose code could not be fetched, for example offline, be fetched again. */
function forgetFailures(): void {
  for (const page of failed) loaded.delete(page);
  failed.clear();
}

function LoadedPage({ page }: { readonly page: PageEntry }) {
  const Component = use(loadPage(page));
  return <Component />;
}

interface OpenPagesProps {
  readonly pages: readonly PageEntry[];
  /** Whether another persona or purpose was chosen on this page, which may be closed to them. */
  readonly isSwitched: boolean;
}

/** The page that the address names, if it is open to this user for this purpose. */
export function OpenPages({ pages, isSwitched }: OpenPagesProps) {
  const { client } = useSession();
  const { pathname } = useLocation();
  const first = pages[0] && <Navigate to={`/${pages[0].path}`} replace />;
  useFocusOnNewPage(pathname.split('/', 2).join('/'));
  return (
    <PageBoundary key={`${pathname} ${client.persona} ${client.purpose}`} onRetry={forgetFailures}>
      <Suspense fallback={<Waiting />}>
        <Routes>
          {pages.map((page) => (
            <Route key={page.path} path={`/${page.path}/*`} element={<LoadedPage page={page} />} />
          ))}
          <Route index element={first} />
          <Route path="*" element={(isSwitched && first) || <ClosedPage pages={pages} />} />
        </Routes>
      </Suspense>
    </PageBoundary>
  );
}

/** After a change of page the keyboard continues at its beginning, and screen readers say its title. */
function useFocusOnNewPage(page: string): void {
  const before = useRef(page);
  useEffect(() => {
    if (before.current === page) return;
    before.current = page;
    document.getElementById('main')?.focus();
    window.scrollTo(0, 0);
  }, [page]);
}

/** There is no such page, or policy does not open it to this user for this purpose. */
function ClosedPage({ pages }: { readonly pages: readonly PageEntry[] }) {
  const { t } = useTranslation('frame');
  const { purpose } = useSession();
  const { label } = useFormat();
  return (
    <div className="page">
      <PageHeading title={t('closed.title')} lead={t('closed.lead', { purpose: label(purpose.label) })} />
      {pages.length > 0 && (
        <>
          <p>{t('closed.open')}</p>
          <ul>
            {pages.map(({ path }) => (
              <li key={path}>
                <Link to={`/${path}`}>{t(`page.${path}`)}</Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
