import { useTranslation } from 'react-i18next';
import type { Lane } from './lanes.js';
import type { DrawnStep } from './servicePath.js';
import { usePathWords } from './pathWords.js';

/** The path in words, in time order, year by year: to read aloud, and to print. */
export function StepList({ lanes }: { readonly lanes: readonly Lane[] }) {
  const { t } = useTranslation('paths');
  const words = usePathWords();
  const isFamily = lanes.some(({ sector }) => sector === undefined);
  const steps = lanes
    .flatMap(({ title, rows }) => rows.flatMap(({ bars }) => bars.map((bar) => ({ title, ...bar }))))
    .sort((a, b) => a.extent.from - b.extent.from);
  const years = [...new Set(steps.map(({ step }) => yearOf(step)))];
  if (steps.length === 0) return <p>{t('noSteps')}</p>;
  return (
    <>
      {years.map((year) => (
        <section key={year} className="step-year">
          <h3>{year}</h3>
          <ol>
            {steps
              .filter(({ step }) => yearOf(step) === year)
              .map(({ title, step }, index) => (
                <li key={index}>
                  <strong>{words.service(step)}</strong> ({words.sector(step.sector)})
                  <span className="step-facts">
                    {isFamily && <span>{title}</span>}
                    <span>{words.period(step)}</span>
                    <span>{words.contacts(step)}</span>
                  </span>
                </li>
              ))}
          </ol>
        </section>
      ))}
    </>
  );
}

/** The year in which a step began. Steps without dates are in no lane. */
function yearOf({ startedAt }: DrawnStep): string {
  return startedAt!.slice(0, 4);
}
