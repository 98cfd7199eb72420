import { lazy, Suspense, useState } from 'react';
import { AccessPage } from '../access/accessPage.js';
import { PathPage } from '../path/pathPage.js';
import { SessionProvider } from '../session/session.js';
import { Header } from './header.js';
import { useRoute } from './useRoute.js';
import { WaitingPage } from './waitingPage.js';
import './tokens.css';
import './frame.css';

// The editor is the heaviest part by far; the frame and the pictures do not wait for it.
const ExplorerPage = lazy(async () => ({
  default: (await import('../explorer/explorerPage.js')).ExplorerPage,
}));

/** The whole console. */
export function App() {
  return (
    <SessionProvider waiting={(problem) => <WaitingPage problem={problem} />}>
      <Frame />
    </SessionProvider>
  );
}

function Frame() {
  const route = useRoute();
  // Once opened, the explorer stays, so that looking at a path does not lose what was written.
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
