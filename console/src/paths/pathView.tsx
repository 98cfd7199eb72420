import { useMemo, useState } from 'react';
import { Label } from 'react-aria-components/Label';
import { Slider, SliderOutput, SliderThumb, SliderTrack } from 'react-aria-components/Slider';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components/Tabs';
import { useTranslation } from 'react-i18next';
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
      {all && all.last > all.first && <YearSlider all={all} years={years!} onChange={setChosen} />}
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

interface YearSliderProps {
  readonly all: YearRange;
  readonly years: YearRange;
  readonly onChange: (years: YearRange) => void;
}

/** Chooses the years to show. */
function YearSlider({ all, years, onChange }: YearSliderProps) {
  const { t } = useTranslation('paths');
  return (
    <Slider<number[]>
      className="year-slider"
      minValue={all.first}
      maxValue={all.last}
      value={[years.first, years.last]}
      formatOptions={{ useGrouping: false }}
      onChange={([first = all.first, last = all.last]) => onChange({ first, last })}
    >
      <Label>{t('years')}</Label>
      <SliderOutput>{yearsInWords(years)}</SliderOutput>
      <SliderTrack>
        <SliderThumb index={0} aria-label={t('firstYear')} />
        <SliderThumb index={1} aria-label={t('lastYear')} />
      </SliderTrack>
    </Slider>
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
