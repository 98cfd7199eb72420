import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { NumberField } from 'react-aria-components/NumberField';

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
