import { useState } from 'react';
import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { Label } from 'react-aria-components/Label';
import { Choice } from '../parts/choice.js';
import { TextBox } from '../parts/textBox.js';
import { CodesField } from './codesField.js';
import { EventEditor } from './eventEditor.js';
import { FilterBuilder } from './filterBuilder.js';
import { type Asked, askedKinds, type AskedOf, blankAsked, MOST, tableDimensions } from './question.js';
import type { Words } from './sentences.js';
import { DayField } from '../parts/dayField.js';
import { WholeNumberField } from './valueFields.js';

interface AskFormProps<Shown extends Asked = Asked> {
  readonly asked: Shown;
  readonly words: Words;
  readonly year: number | undefined;
  readonly onChange: (asked: Asked) => void;
}

/** What is asked about the group. */
export function AskForm(props: AskFormProps) {
  const { asked, onChange, words } = props;
  const { t } = words;
  return (
    <div className="groups-ask">
      <Choice
        label={t('kind.label')}
        value={asked.kind}
        options={askedKinds.map((id) => ({ id, label: t(`kind.${id}`) }))}
        onChange={(kind) => onChange(blankAsked[kind])}
      />
      <AskedFields {...props} key={asked.kind} />
    </div>
  );
}

function AskedFields({ asked, ...rest }: AskFormProps) {
  switch (asked.kind) {
    case 'size':
      return null;
    case 'table':
      return <TableFields {...rest} asked={asked} />;
    case 'serviceUse':
      return <ServiceUseFields {...rest} asked={asked} />;
    case 'commonPaths':
      return <PathsFields {...rest} asked={asked} />;
    case 'differences':
    case 'serviceDifferences':
      return <ComparisonFields {...rest} asked={asked} />;
    case 'timeToEvent':
      return <WaitingFields {...rest} asked={asked} />;
  }
}

function TableFields({ asked, words, onChange }: AskFormProps<AskedOf<'table'>>) {
  const { t } = words;
  const [years, setYears] = useState(asked.years.join(', '));
  return (
    <>
      <CheckboxGroup
        value={[...asked.by]}
        onChange={(by) =>
          onChange({ ...asked, by: tableDimensions.filter((dimension) => by.includes(dimension)) })
        }
      >
        <Label>{t('by')}</Label>
        <div className="groups-checks">
          {tableDimensions.map((dimension) => (
            <Checkbox
              key={dimension}
              value={dimension}
              isDisabled={asked.by.length >= MOST.dimensions && !asked.by.includes(dimension)}
            >
              <span className="check-mark" aria-hidden="true" />
              {t(`dimension.${dimension}`)}
            </Checkbox>
          ))}
        </div>
      </CheckboxGroup>
      <div onBlur={() => onChange({ ...asked, years: yearsIn(years) })}>
        <TextBox label={t('years')} hint={t('yearsHint')} value={years} onChange={setYears} />
      </div>
    </>
  );
}

/** `2012, 2014` or `2012-2014`. */
export function yearsIn(text: string): readonly number[] {
  const found = text.split(/[,;\s]+/).flatMap((part) => {
    const [, from, until = from] = /^(\d{4})(?:[-–](\d{4}))?$/.exec(part) ?? [];
    const length = Math.min(Math.max(Number(until) - Number(from) + 1, 0), 50);
    return from ? Array.from({ length }, (_, index) => Number(from) + index) : [];
  });
  return [...new Set(found)].sort((a, b) => a - b);
}

type InPeriod = AskedOf<'serviceUse'> | AskedOf<'commonPaths'> | AskedOf<'serviceDifferences'>;

function PeriodFields({
  asked,
  words,
  onChange,
}: Pick<AskFormProps<InPeriod>, 'asked' | 'words' | 'onChange'>) {
  const { t } = words;
  return (
    <div className="groups-fields">
      <DayField
        label={t('periodFrom')}
        value={asked.from}
        onChange={(from) => onChange({ ...asked, from })}
      />
      <DayField
        label={t('periodUntil')}
        value={asked.until}
        onChange={(until) => onChange({ ...asked, until })}
      />
    </div>
  );
}

function ServiceUseFields({ asked, words, onChange }: AskFormProps<AskedOf<'serviceUse'>>) {
  const { t, criteria } = words;
  return (
    <>
      <PeriodFields asked={asked} words={words} onChange={onChange} />
      <CodesField
        label={t('onlyServices')}
        codes={criteria.services.map(({ code }) => code)}
        nameOf={(code) => criteria.services.find((service) => service.code === code)?.name ?? code}
        chosen={asked.services}
        onChange={(services) => onChange({ ...asked, services })}
      />
      <Checkbox isSelected={asked.byYear} onChange={(byYear) => onChange({ ...asked, byYear })}>
        <span className="check-mark" aria-hidden="true" />
        {t('byYear')}
      </Checkbox>
    </>
  );
}

function PathsFields({ asked, words, onChange }: AskFormProps<AskedOf<'commonPaths'>>) {
  const { t } = words;
  return (
    <>
      <PeriodFields asked={asked} words={words} onChange={onChange} />
      <div className="groups-fields">
        <WholeNumberField
          label={t('steps')}
          value={asked.steps}
          least={1}
          most={MOST.steps}
          onChange={(steps = 1) => onChange({ ...asked, steps })}
        />
        <WholeNumberField
          label={t('paths')}
          value={asked.first}
          least={1}
          most={MOST.paths}
          onChange={(first = 1) => onChange({ ...asked, first })}
        />
      </div>
    </>
  );
}

function ComparisonFields(props: AskFormProps<AskedOf<'differences'> | AskedOf<'serviceDifferences'>>) {
  const { asked, words, year, onChange } = props;
  const { t } = words;
  return (
    <>
      {asked.kind === 'differences' ? (
        <div className="groups-fields">
          <WholeNumberField
            label={t('characteristicsAt')}
            value={asked.atEndOf}
            least={1800}
            most={2200}
            onChange={(atEndOf) => onChange({ ...asked, atEndOf })}
          />
        </div>
      ) : (
        <PeriodFields asked={asked} words={words} onChange={onChange} />
      )}
      <section className="groups-compared" aria-label={t('compareWith')}>
        <h3>{t('compareWith')}</h3>
        <FilterBuilder
          group={asked.comparedWith}
          words={words}
          year={year}
          onChange={(comparedWith) => onChange({ ...asked, comparedWith })}
        />
      </section>
    </>
  );
}

function WaitingFields({ asked, words, onChange }: AskFormProps<AskedOf<'timeToEvent'>>) {
  const { t } = words;
  return (
    <div className="groups-events">
      <EventEditor
        label={t('event.start')}
        part={asked.start}
        words={words}
        onChange={(start) => onChange({ ...asked, start })}
      />
      <EventEditor
        label={t('event.end')}
        part={asked.event}
        words={words}
        onChange={(event) => onChange({ ...asked, event })}
      />
      <div className="groups-fields">
        <DayField
          label={t('watchedUntil')}
          value={asked.until}
          onChange={(until) => onChange({ ...asked, until })}
        />
        <WholeNumberField
          label={t('intervals')}
          value={asked.intervals}
          least={1}
          most={MOST.intervals}
          onChange={(intervals = 1) => onChange({ ...asked, intervals })}
        />
        <WholeNumberField
          label={t('intervalMonths')}
          value={asked.months}
          least={1}
          most={1200}
          onChange={(months = 1) => onChange({ ...asked, months })}
        />
      </div>
    </div>
  );
}
