import { FieldError } from 'react-aria-components/FieldError';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { Text } from 'react-aria-components/Text';
import { TextArea } from 'react-aria-components/TextArea';
import { TextField } from 'react-aria-components/TextField';

interface TextBoxProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What to write, and in which form. */
  readonly hint?: string;
  /** What is wrong with the value. */
  readonly fault?: string | undefined;
  readonly isLong?: boolean;
  readonly isRequired?: boolean;
  readonly isDisabled?: boolean;
  /** Kept out of the suggestions of the browser. */
  readonly isSecret?: boolean;
}

/** A text to write. */
export function TextBox({ label, hint, fault, isLong, isSecret, ...rest }: TextBoxProps) {
  const plain = isSecret ? { autoComplete: 'off', spellCheck: 'false' as const } : {};
  return (
    <TextField {...rest} {...plain} isInvalid={fault !== undefined}>
      <Label>{label}</Label>
      {isLong ? <TextArea rows={3} /> : <Input />}
      {hint && <Text slot="description">{hint}</Text>}
      <FieldError>{fault}</FieldError>
    </TextField>
  );
}
