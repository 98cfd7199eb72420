import { useTranslation } from 'react-i18next';
import { DayField } from '../parts/dayField.js';

export interface DayRange {
  /** 2026-05-14, or empty. */
  readonly from: string;
  readonly until: string;
}

interface PeriodFieldsProps {
  readonly period: DayRange;
  readonly onChange: (period: DayRange) => void;
}

/** The first and the last day of what is asked. */
export function PeriodFields({ period, onChange }: PeriodFieldsProps) {
  const { t } = useTranslation('log');
  return (
    <>
      <DayField
        label={t('period.from')}
        value={period.from}
        onChange={(from) => onChange({ ...period, from })}
      />
      <DayField
        label={t('period.until')}
        value={period.until}
        onChange={(until) => onChange({ ...period, until })}
      />
    </>
  );
}
