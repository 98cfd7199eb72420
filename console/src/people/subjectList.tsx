import { useState } from 'react';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { ListBox, ListBoxItem } from 'react-aria-components/ListBox';
import { SearchField } from 'react-aria-components/SearchField';
import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import { useTranslation } from 'react-i18next';
import { Choice } from '../parts/choice.js';
import { selectSubjects, type Subject, type SubjectOrder } from './subjects.js';

interface SubjectListProps {
  readonly subjects: readonly Subject[];
  readonly chosen: Subject | undefined;
  readonly onChoose: (id: string) => void;
}

/** People or families to choose one of, with search and order. */
export function SubjectList({ subjects, chosen, onChoose }: SubjectListProps) {
  const { t } = useTranslation('people');
  const hasFamilies = subjects.some(({ kind }) => kind === 'family');
  const [kind, setKind] = useState<Subject['kind']>(hasFamilies ? 'family' : 'person');
  const [search, setSearch] = useState('');
  const [order, setOrder] = useState<SubjectOrder>('listed');
  const shownKind = hasFamilies ? kind : 'person';
  const shown = selectSubjects(subjects, shownKind, search, order);
  return (
    <section className="card subject-list" aria-label={t('list')}>
      {hasFamilies && (
        <ToggleButtonGroup
          aria-label={t('kinds')}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[shownKind]}
          onSelectionChange={(keys) => setKind([...keys][0] as Subject['kind'])}
        >
          <ToggleButton id="family">{t('families')}</ToggleButton>
          <ToggleButton id="person">{t('persons')}</ToggleButton>
        </ToggleButtonGroup>
      )}
      <SearchField value={search} onChange={setSearch}>
        <Label>{t('search')}</Label>
        <Input placeholder={t('searchExample')} />
      </SearchField>
      <Choice
        label={t('order')}
        value={order}
        options={[
          { id: 'listed', label: t('orders.listed') },
          { id: 'youngest', label: t('orders.youngest') },
          { id: 'eldest', label: t('orders.eldest') },
        ]}
        onChange={setOrder}
      />
      <p className="subject-count" role="status">
        {t('shown', { count: shown.length })}
      </p>
      <ListBox
        aria-label={t(shownKind === 'family' ? 'families' : 'persons')}
        items={shown}
        selectionMode="single"
        selectedKeys={chosen ? [chosen.id] : []}
        onSelectionChange={(keys) => {
          const [id] = [...keys];
          if (id !== undefined) onChoose(String(id));
        }}
        renderEmptyState={() => <p>{t('noneFound')}</p>}
      >
        {(subject) => (
          <ListBoxItem id={subject.id} textValue={`${subject.title}, ${subject.subtitle}`}>
            <strong>{subject.title}</strong>
            <span>{subject.subtitle}</span>
          </ListBoxItem>
        )}
      </ListBox>
    </section>
  );
}
