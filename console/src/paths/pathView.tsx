import { useMemo, useState } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useTranslation } from 'react-i18next';
import { Choice } from '../parts/choice.js';
import { Notice } from '../parts/notice.js';
import { arrangeLanes } from './lanes.js';
import './path.css';
import { usePathWords } from './pathWords.js';
import {
  orderSectors,
  type Pictured,
  sectorClass,
  withinYears,
  type YearRange,
  yearsOf,
} from './servicePath.js';
import { StepList } from './stepList.js';
import { StepTable } from './stepTable.js';
import { Timeline } from './timeline.js';

/** A service path as a picture, in words and as a table, for the years that the user chooses. */
export function PathView({ title, pictured }: { readonly title: string; readonly pictured: Pictured }) {
  const { t } = useTranslation('paths');
  const words = usePathWords();
  const all = useMemo(() => yearsOf(pictured), [pictured]);
  const [chosen, setChosen] = useState<YearRange>();
  const years = chosen ?? all;
  const shown = useMemo(() => (years ? withinYears(pictured, years) : pictured), [pictured, years]);
  const lanes = useMemo(() => arrangeLanes(shown, words), [shown, words]);
  const steps = shown.path.steps ?? [];
  const withheld = orderSectors(shown.path.withheld).map(words.sector);

  return (
    <div className="path-view">
      <p className="path-summary">
        {years ? `${words.summary(steps)}, ${yearsInWords(years)}` : t('noSteps')}
        {withheld.length > 0 && ` ${t('withheldSectors', { sectors: withheld.join(', ') })}`}
      </p>
      {all && all.last > all.first && <YearsChoice all={all} years={years!} onChange={setChosen} />}
      {years && (
        <Tabs>
          <TabList aria-label={t('forms')}>
            <Tab id="picture">{t('form.picture')}</Tab>
            <Tab id="words">{t('form.words')}</Tab>
            <Tab id="table">{t('form.table')}</Tab>
          </TabList>
          <TabPanel id="picture">
            <Legend
              sectors={orderSectors(steps.map(({ sector }) => sector))}
              hasMasked={lanes.some(({ rows }) =>
                rows.some(({ bars }) => bars.some(({ extent }) => extent.isMasked)),
              )}
              hasWithheld={withheld.length > 0}
            />
            <Timeline
              title={t('pictureOf', { title })}
              lanes={lanes}
              years={{ from: years.first, until: years.last + 1 }}
            />
          </TabPanel>
          <TabPanel id="words">
            <StepList lanes={lanes} />
          </TabPanel>
          <TabPanel id="table">
            <StepTable lanes={lanes} caption={t('pictureOf', { title })} />
          </TabPanel>
        </Tabs>
      )}
      {!years && (shown.path.steps?.length ?? 0) > 0 && (
        <Notice kind="information">{t('datesWithheld')}</Notice>
      )}
      {years && (
        <div className="path-printed">
          <StepList lanes={lanes} />
        </div>
      )}
    </div>
  );
}

function yearsInWords({ first, last }: YearRange): string {
  return first === last ? String(first) : `${first}–${last}`;
}

interface YearsChoiceProps {
  readonly all: YearRange;
  readonly years: YearRange;
  readonly onChange: (years: YearRange) => void;
}

/** Chooses the years to show. */
function YearsChoice({ all, years, onChange }: YearsChoiceProps) {
  const { t } = useTranslation('paths');
  const options = Array.from({ length: all.last - all.first + 1 }, (_, index) => {
    const year = String(all.first + index);
    return { id: year, label: year };
  });
  return (
    <div className="years-choice">
      <Choice
        label={t('firstYear')}
        value={String(years.first)}
        options={options.filter(({ id }) => Number(id) <= years.last)}
        onChange={(year) => onChange({ ...years, first: Number(year) })}
      />
      <Choice
        label={t('lastYear')}
        value={String(years.last)}
        options={options.filter(({ id }) => Number(id) >= years.first)}
        onChange={(year) => onChange({ ...years, last: Number(year) })}
      />
    </div>
  );
}

interface LegendProps {
  readonly sectors: readonly string[];
  readonly hasMasked: boolean;
  readonly hasWithheld: boolean;
}

/** The meaning of the colours and patterns that occur. */
function Legend({ sectors, hasMasked, hasWithheld }: LegendProps) {
  const { t } = useTranslation('paths');
  const words = usePathWords();
  return (
    <ul className="legend" aria-label={t('legend')}>
      {sectors.map((sector) => (
        <li key={sector}>
          <i className={`swatch ${sectorClass(sector)}`} /> {words.sector(sector)}
        </li>
      ))}
      {hasMasked && (
        <li>
          <i className="swatch swatch-masked" /> {t('legendMasked')}
        </li>
      )}
      {hasWithheld && (
        <li>
          <i className="swatch swatch-hatched" /> {words.withheld}
        </li>
      )}
      <li>{t('legendNumber')}</li>
    </ul>
  );
}
