import { Input, Label, NumberField, TextField } from 'react-aria-components';

interface DayFieldProps {
  readonly label: string;
  /** ISO 8601; empty: none. */
  readonly value: string;
  readonly onChange: (day: string) => void;
}

/** A day, with the calendar of the browser. */
export function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <TextField type="date" value={value} onChange={onChange}>
      <Label>{label}</Label>
      <Input />
    </TextField>
  );
}

interface WholeNumberFieldProps {
  readonly label: string;
  readonly value: number | undefined;
  readonly onChange: (value: number | undefined) => void;
  readonly least?: number;
  readonly most?: number;
}

const plain: Intl.NumberFormatOptions = { useGrouping: false, maximumFractionDigits: 0 };

/** A whole number, such as a year. It is taken when the field is left. */
export function WholeNumberField({ label, value, onChange, least = 0, most }: WholeNumberFieldProps) {
  return (
    <NumberField
      value={value ?? NaN}
      onChange={(number) => onChange(Number.isNaN(number) ? undefined : number)}
      formatOptions={plain}
      minValue={least}
      {...(most !== undefined && { maxValue: most })}
    >
      <Label>{label}</Label>
      <Input />
    </NumberField>
  );
}
