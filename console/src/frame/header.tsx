import { useSession } from '../session/session.js';
import { Mark } from './mark.js';
import type { Route } from './useRoute.js';

const pages: readonly { readonly route: Route; readonly address: string; readonly name: string }[] = [
  { route: 'explorer', address: '#/', name: 'Explorer' },
  { route: 'path', address: '#/path', name: 'Path' },
  { route: 'access', address: '#/access', name: 'Access' },
];

/** Who asks, what for, and where one is. */
export function Header({ route }: { readonly route: Route }) {
  const { personas, persona, purpose, partial, choosePersona, choosePurpose, setPartial } = useSession();
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
          <label className="choice">
            <span>You are</span>
            <select value={persona.id} onChange={(event) => choosePersona(event.target.value)}>
              {personas.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label className="choice">
            <span>asking for</span>
            <select value={purpose.id} onChange={(event) => choosePurpose(event.target.value)}>
              {persona.purposes.map(({ id, label }) => (
                <option key={id} value={id}>
                  {label}
                </option>
              ))}
            </select>
          </label>
          <label
            className="switch"
            title="Answer what policy shows and leave the rest out, instead of refusing the whole (Polku-Partial: true)"
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
        </div>
      </div>
      <p className="who">
        <span>
          {persona.explanation} Data goes to <strong>{persona.recipient}</strong>.
        </span>
        <span className="synthetic">The people in it are synthetic.</span>
      </p>
    </header>
  );
}
