import { Button } from 'react-aria-components/Button';
import { ComboBox } from 'react-aria-components/ComboBox';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { Popover } from 'react-aria-components/Popover';
import { Text } from 'react-aria-components/Text';
import type { NamedTerm } from './vocabulary.js';

interface TermFieldProps {
  readonly label: string;
  readonly hint: string;
  readonly terms: readonly NamedTerm[];
  /** A label, or a code that no term has. */
  readonly text: string;
  readonly onChange: (text: string) => void;
}

/** A word of the policies, by its name. The log may have older words, so a code can be typed, too. */
export function TermField({ label, hint, terms, text, onChange }: TermFieldProps) {
  return (
    <ComboBox
      allowsCustomValue
      menuTrigger="focus"
      defaultItems={terms}
      inputValue={text}
      onInputChange={onChange}
    >
      <Label>{label}</Label>
      <div>
        <Input />
        <Button>
          <svg className="choice-arrow" viewBox="0 0 12 8" width="10" height="7" aria-hidden="true">
            <path d="M1 1.500 6 6.500 11 1.500" />
          </svg>
        </Button>
      </div>
      <Text slot="description">{hint}</Text>
      <Popover>
        <ListBox<NamedTerm>>
          {(term) => (
            <ListBoxItem id={term.id} textValue={term.label}>
              {term.label}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
