import { useTranslation } from 'react-i18next';
import { useFormat } from '../texts/useFormat.js';
import type { AccessField } from './accessField.js';

/** How a field is shown, in words. */
export function EffectWords({ mask }: Pick<AccessField, 'mask'>) {
  const { t } = useTranslation('access');
  return mask ? (
    <>
      <span className="effect effect-masked">{t('masked')}</span>{' '}
      <span className="access-mask">{mask.label}</span>
    </>
  ) : (
    <span className="effect effect-shown">{t('shown')}</span>
  );
}

/** What must be true for the data subject or the record, in words. */
export function ConditionWords({ conditions }: Pick<AccessField, 'conditions'>) {
  const { t } = useTranslation('access');
  const { list } = useFormat();
  return conditions.length === 0 ? t('always') : list(conditions.map(({ label }) => label));
}
