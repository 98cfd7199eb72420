import { Checkbox } from 'react-aria-components/Checkbox';
import { Input } from 'react-aria-components/Input';
import { Label } from 'react-aria-components/Label';
import { SearchField } from 'react-aria-components/SearchField';
import { useTranslation } from 'react-i18next';
import { Choice } from '../../parts/choice.js';
import { ABOUT_PEOPLE, ALL, type MatrixFilter, type ShownMatrix, uniqueBy } from './policyMatrix.js';

interface MatrixFiltersProps {
  readonly matrix: ShownMatrix;
  readonly filter: MatrixFilter;
  readonly onChange: (filter: MatrixFilter) => void;
}

/** What of the matrix is shown. */
export function MatrixFilters({ matrix: { columns, fields }, filter, onChange }: MatrixFiltersProps) {
  const { t } = useTranslation('policies');
  const set = (part: Partial<MatrixFilter>) => onChange({ ...filter, ...part });
  const registries = uniqueBy(fields, ({ registry }) => registry);
  const purposes = uniqueBy(columns, ({ purpose }) => purpose);
  const roles = uniqueBy(columns, ({ role }) => role);
  const categories = uniqueBy(
    fields.filter(({ category }) => category !== null),
    ({ category }) => category!,
  );
  return (
    <div className="matrix-filters" role="group" aria-label={t('filter.title')}>
      <SearchField value={filter.text} onChange={(text) => set({ text })}>
        <Label>{t('filter.text')}</Label>
        <Input placeholder={t('filter.textHint')} />
      </SearchField>
      <Choice
        label={t('filter.registry')}
        value={filter.registry}
        onChange={(registry) => set({ registry })}
        options={[
          { id: ALL, label: t('filter.allRegistries') },
          ...registries.map(({ registry, owner }) => ({ id: registry, label: `${owner} (${registry})` })),
        ]}
      />
      <Choice
        label={t('filter.purpose')}
        value={filter.purpose}
        onChange={(purpose) => set({ purpose })}
        options={[
          { id: ALL, label: t('filter.allPurposes') },
          ...purposes.map(({ purpose, purposeLabel }) => ({ id: purpose, label: purposeLabel })),
        ]}
      />
      <Choice
        label={t('filter.role')}
        value={filter.role}
        onChange={(role) => set({ role })}
        options={[
          { id: ALL, label: t('filter.allRoles') },
          ...roles.map(({ role, roleLabel }) => ({ id: role, label: roleLabel })),
        ]}
      />
      <Choice
        label={t('filter.category')}
        value={filter.category}
        onChange={(category) => set({ category })}
        options={[
          { id: ABOUT_PEOPLE, label: t('filter.aboutPeople') },
          { id: ALL, label: t('filter.allCategories') },
          ...categories.map(({ category }) => ({ id: category!, label: t(`category.${category}`) })),
        ]}
      />
      <Checkbox isSelected={filter.derived} onChange={(derived) => set({ derived })}>
        <span className="check-mark" />
        {t('filter.derived')}
      </Checkbox>
    </div>
  );
}
