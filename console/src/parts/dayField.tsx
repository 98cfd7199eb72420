import { parseDate } from '@internationalized/date';
import { DateField, DateInput, DateSegment } from 'react-aria-components/DateField';
import { Label } from 'react-aria-components/Label';

interface DayFieldProps {
  readonly label: string;
  /** 2026-05-14, or empty. */
  readonly value: string;
  readonly onChange: (day: string) => void;
}

/** A day, written as the language of the page writes it. */
export function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <DateField
      granularity="day"
      value={value === '' ? null : parseDate(value)}
      onChange={(day) => onChange(day?.toString() ?? '')}
    >
      <Label>{label}</Label>
      <DateInput>{(segment) => <DateSegment segment={segment} />}</DateInput>
    </DateField>
  );
}
