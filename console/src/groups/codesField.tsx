import { useState } from 'react';
import { Autocomplete, useFilter } from 'react-aria-components/Autocomplete';
import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { SearchField } from 'react-aria-components/SearchField';
import { Text } from 'react-aria-components/Text';
import { useTranslation } from 'react-i18next';
import { TextBox } from '../parts/textBox.js';

/** Longer lists of codes can be searched. */
const SHORT_LIST = 7;

interface CodesFieldProps {
  readonly label: string;
  /** All codes; null: any text. */
  readonly codes: readonly string[] | null;
  readonly nameOf: (code: string) => string;
  readonly chosen: readonly string[];
  readonly onChange: (codes: readonly string[]) => void;
  readonly hint?: string | undefined;
}

/** Chooses codes of a list, or takes codes as text. */
export function CodesField(props: CodesFieldProps) {
  const { codes } = props;
  if (codes === null) return <WrittenCodes {...props} />;
  return codes.length > SHORT_LIST ? (
    <SearchedCodes {...props} codes={codes} />
  ) : (
    <FewCodes {...props} codes={codes} />
  );
}

type ListedProps = CodesFieldProps & { readonly codes: readonly string[] };

function FewCodes({ label, codes, nameOf, chosen, onChange }: ListedProps) {
  return (
    <CheckboxGroup value={[...chosen]} onChange={onChange}>
      <Label>{label}</Label>
      <div className="groups-checks">
        {codes.map((code) => (
          <Checkbox key={code} value={code}>
            <span className="check-mark" aria-hidden="true" />
            {nameOf(code)}
          </Checkbox>
        ))}
      </div>
    </CheckboxGroup>
  );
}

function SearchedCodes({ label, codes, nameOf, chosen, onChange }: ListedProps) {
  const { t } = useTranslation('groups');
  const { contains } = useFilter({ sensitivity: 'base' });
  const items = codes.map((id) => ({ id, name: nameOf(id) }));
  return (
    <div className="groups-codes" role="group" aria-label={label}>
      <Autocomplete filter={contains} disableAutoFocusFirst>
        <SearchField>
          <Label>{label}</Label>
          <Input placeholder={t('searchCodes')} />
          <Text slot="description">{t('chosen', { count: chosen.length })}</Text>
        </SearchField>
        <ListBox
          aria-label={label}
          items={items}
          selectionMode="multiple"
          selectedKeys={chosen}
          onSelectionChange={(keys) =>
            onChange(codes.filter((code) => keys === 'all' || new Set<unknown>(keys).has(code)))
          }
        >
          {({ id, name }) => (
            <ListBoxItem id={id} textValue={name}>
              <span className="check-mark" aria-hidden="true" />
              {name}
            </ListBoxItem>
          )}
        </ListBox>
      </Autocomplete>
    </div>
  );
}

/** The text is taken when the field is left, so that nothing happens while it is written. */
function WrittenCodes({ label, chosen, onChange, hint }: CodesFieldProps) {
  const [text, setText] = useState(chosen.join(', '));
  return (
    <div onBlur={() => onChange(codesIn(text))}>
      <TextBox label={label} value={text} onChange={setText} {...(hint && { hint })} />
    </div>
  );
}

function codesIn(text: string): readonly string[] {
  return [...new Set(text.split(/[,;\s]+/).filter((code) => code !== ''))];
}
