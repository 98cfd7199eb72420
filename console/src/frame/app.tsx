import { lazy, Suspense, useState, useSyncExternalStore } from 'react';
import { AccessPage } from '../access/accessPage.js';
import { PathPage } from '../path/pathPage.js';
import { type Login, logOut, SessionProvider, useSession } from '../session/session.js';
import './frame.css';
import './tokens.css';

// The editor is by far the largest part. The frame and the pictures do not wait for it.
const ExplorerPage = lazy(async () => ({
  default: (await import('../explorer/explorerPage.js')).ExplorerPage,
}));

/** The whole console. */
export function App() {
  return (
    <SessionProvider waiting={(logins, problem) => <WaitingPage logins={logins} problem={problem} />}>
      <Frame />
    </SessionProvider>
  );
}

function Frame() {
  const route = useRoute();
  // Once opened, the explorer stays mounted, so that the path page does not lose what the user wrote.
  const [explorerOpened, setExplorerOpened] = useState(false);
  if (route === 'explorer' && !explorerOpened) setExplorerOpened(true);

  return (
    <>
      <Header route={route} />
      <main className="pages">
        {explorerOpened && (
          <div className="page" hidden={route !== 'explorer'}>
            <Suspense fallback={<p className="page-note">Opening the explorer …</p>}>
              <ExplorerPage />
            </Suspense>
          </div>
        )}
        {route === 'path' && <PathPage />}
        {route === 'access' && <AccessPage />}
      </main>
    </>
  );
}

const pages: readonly { readonly route: Route; readonly address: string; readonly name: string }[] = [
  { route: 'explorer', address: '#/', name: 'Explorer' },
  { route: 'path', address: '#/path', name: 'Path' },
  { route: 'access', address: '#/access', name: 'Access' },
];

/** The header: the persona, the purpose, and the pages. */
function Header({ route }: { readonly route: Route }) {
  const { personas, user, purpose, partial, choosePersona, choosePurpose, setPartial } = useSession();
  return (
    <header className="header">
      <div className="header-row">
        <a className="brand" href="#/" aria-label="Polku, to the explorer">
          <Mark />
          <span>Polku</span>
        </a>
        <nav className="tabs" aria-label="Pages">
          {pages.map((page) => (
            <a key={page.route} href={page.address} aria-current={page.route === route ? 'page' : undefined}>
              {page.name}
            </a>
          ))}
        </nav>
        <div className="choices">
          {personas.length > 0 && (
            <label className="choice">
              <span>You are</span>
              <select value={user.id} onChange={(event) => choosePersona(event.target.value)}>
                {personas.map(({ id, label }) => (
                  <option key={id} value={id}>
                    {label.en}
                  </option>
                ))}
              </select>
            </label>
          )}
          <label className="choice">
            <span>asking for</span>
            <select value={purpose.id} onChange={(event) => choosePurpose(event.target.value)}>
              {user.purposes.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label.en}
                </option>
              ))}
            </select>
          </label>
          <label
            className="switch"
            title="Answer what policy shows and leave the rest out, instead of refusing everything (Polku-Partial: true)"
          >
            <input
              type="checkbox"
              role="switch"
              checked={partial}
              onChange={(event) => setPartial(event.target.checked)}
            />
            <span className="switch-track" aria-hidden="true" />
            <span>Partial answers</span>
          </label>
          {personas.length === 0 && (
            <button className="log-out" type="button" onClick={() => void logOut()}>
              Log out
            </button>
          )}
        </div>
      </div>
      <p className="who">
        <span>
          {user.explanation.en} Data goes to <strong>{user.recipient}</strong>.
        </span>
        {personas.length > 0 && <span className="synthetic">The people in it are synthetic.</span>}
      </p>
    </header>
  );
}

/** The logo: a winding path. */
function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="mark-ground" />
      <path d="M9 27.500c0-7 14-5.500 14-12S12.500 11.500 15.500 5" className="mark-path" />
    </svg>
  );
}

/** Shown until the user is known: the ways to log in, or the problem. */
function WaitingPage({
  logins,
  problem,
}: {
  logins: readonly Login[] | undefined;
  problem: string | undefined;
}) {
  if (problem === undefined && logins && logins.length > 0) {
    return (
      <main className="waiting">
        <Mark />
        <h1>Polku</h1>
        {logins.map(({ name, label }) => (
          <a key={name} className="log-in" href={`/session/login?with=${name}&to=/`}>
            {label.en}
          </a>
        ))}
      </main>
    );
  }
  const note = logins
    ? 'This gateway has no login for the console: console.logins in polku.yaml names none.'
    : 'Asking the gateway who you are …';
  return (
    <main className="waiting" role={problem ? 'alert' : 'status'}>
      <Mark />
      <p>{problem ?? note}</p>
    </main>
  );
}

type Route = 'explorer' | 'path' | 'access';

/**
 * The page that the address names (`#/access`). No id is ever put into the address, because browsers remember
 * addresses.
 */
function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => window.location.hash);
  if (hash === '#/access') return 'access';
  if (hash === '#/path') return 'path';
  return 'explorer';
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('hashchange', changed);
  return () => window.removeEventListener('hashchange', changed);
}
