import type { GraphiQLPlugin } from '@graphiql/react';
import { createContext, useContext, useState } from 'react';
import { type Example, examples } from '../examples/examples.js';
import type { Shortcomings } from '../refusals/readShortcomings.js';
import { useRunExample } from './useRunExample.js';

/** Where examples tell why they cannot run. */
export const ExamplesPluginContext = createContext<
  (outcome: { shortcomings: Shortcomings; note: string | undefined }) => void
>(() => undefined);

/** A panel of GraphiQL: operations to begin with. */
export const examplesPlugin: GraphiQLPlugin = {
  title: 'Examples',
  icon: ExamplesIcon,
  content: ExamplesPanel,
};

function ExamplesPanel() {
  const tell = useContext(ExamplesPluginContext);
  const runExample = useRunExample(tell);
  const [busy, setBusy] = useState<Example>();

  const choose = async (example: Example): Promise<void> => {
    setBusy(example);
    await runExample?.(example);
    setBusy(undefined);
  };

  return (
    <section className="examples" aria-label="Examples">
      <h2>Examples</h2>
      <p>A click writes one into the editor and runs it.</p>
      <ul>
        {examples.map((example) => (
          <li key={example.title}>
            <button
              type="button"
              disabled={!runExample}
              aria-busy={busy === example}
              onClick={() => void choose(example)}
            >
              <strong>{example.title}</strong>
              <span>{example.explanation}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function ExamplesIcon() {
  return (
    <svg viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      <path d="M5 17.500c0-5 10-3.500 10-8S8 8 9.500 2.500" strokeLinecap="round" />
    </svg>
  );
}
