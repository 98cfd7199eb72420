import { useTranslation } from 'react-i18next';
import type { ExplainedWay } from './cellExplanation.js';

/** "The year only, if the reader has a care relationship and the person has not objected" */
export function WayWords({ way: { mask, conditions } }: { readonly way: ExplainedWay }) {
  const { t } = useTranslation('policies');
  return (
    <span>
      {mask === null ? t('way.whole') : t(`mask.${mask}`)}
      {conditions.length > 0 && (
        <>
          {', '}
          {t('way.if')}
          <ul>
            {conditions.map((condition) => (
              <li key={condition}>
                <ConditionWords condition={condition} />
              </li>
            ))}
          </ul>
        </>
      )}
    </span>
  );
}

/** `within-years(3)` -> "the record began at most 3 years ago" */
function ConditionWords({ condition }: { readonly condition: string }) {
  const { t } = useTranslation('policies');
  const [, name = condition, parameter = ''] = /^([a-z-]+)(?:\((.*)\))?$/.exec(condition) ?? [];
  return <>{t(`condition.${name}`, { parameter: parameter.replaceAll(',', ', ') })}</>;
}
