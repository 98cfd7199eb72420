import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { TextField } from 'react-aria-components/TextField';

interface DayFieldProps {
  readonly label: string;
  /** 2026-05-14, or empty. */
  readonly value: string;
  readonly onChange: (day: string) => void;
}

/** A day, by the calendar of the browser. */
export function DayField({ label, value, onChange }: DayFieldProps) {
  return (
    <TextField value={value} onChange={onChange}>
      <Label>{label}</Label>
      <Input type="date" />
    </TextField>
  );
}
