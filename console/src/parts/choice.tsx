import { Button } from 'react-aria-components/Button';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Select, SelectValue } from 'react-aria-components/Select';

interface ChoiceOption<Id extends string> {
  readonly id: Id;
  readonly label: string;
}

interface ChoiceProps<Id extends string> {
  readonly label: string;
  readonly value: Id | null;
  readonly options: readonly ChoiceOption<Id>[];
  readonly onChange: (id: Id) => void;
  /** Shown while nothing is chosen. */
  readonly placeholder?: string;
  readonly isDisabled?: boolean;
}

/** Chooses one of several options. */
export function Choice<Id extends string>({ label, value, options, onChange, ...rest }: ChoiceProps<Id>) {
  return (
    <Select {...rest} value={value} onChange={(id) => id !== null && onChange(id as Id)}>
      <Label>{label}</Label>
      <Button>
        <SelectValue />
        <svg className="choice-arrow" viewBox="0 0 12 8" width="10" height="7" aria-hidden="true">
          <path d="M1 1.500 6 6.500 11 1.500" />
        </svg>
      </Button>
      <Popover>
        <ListBox items={options.map(({ id, label: text }) => ({ id, text }))}>
          {({ id, text }) => (
            <ListBoxItem id={id} textValue={text}>
              {text}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </Select>
  );
}
