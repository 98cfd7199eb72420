import { useTranslation } from 'react-i18next';
import { useFormat } from '../texts/useFormat.js';
import { type ScorePart, splitParts } from './assessment.js';

/** What adds to the number and what subtracts from it: bars around zero, with the same in words. */
export function PartsTable({ parts }: { readonly parts: readonly ScorePart[] }) {
  const { t } = useTranslation('needs');
  const { list } = useFormat();
  const { single, totals } = splitParts(parts);
  const most = Math.max(...parts.map(({ logOdds }) => Math.abs(logOdds ?? 0)), 0.1);
  const nameOf = ({ registries, factors }: ScorePart) => {
    const known = (factors ?? []).map(({ id, label }) => label ?? id ?? '');
    if (known.length > 0) return known.join(` ${t('together')} `);
    return t('total', {
      registries: list((registries ?? []).map((name) => t(`registry.${name}`, { defaultValue: name }))),
    });
  };
  return (
    <section>
      <h4>{t('parts')}</h4>
      <p>{t('partsLead')}</p>
      <div className="data-table" tabIndex={0} role="region" aria-label={t('parts')}>
        <table className="parts-table">
          <caption>{t('partsCaption')}</caption>
          <thead>
            <tr>
              <th scope="col">{t('factor')}</th>
              <th scope="col">{t('effect')}</th>
              <th scope="col">{t('bar')}</th>
            </tr>
          </thead>
          <tbody>
            {[...single, ...totals].map((part, index) => (
              <tr key={index}>
                <th scope="row">{nameOf(part)}</th>
                <td>
                  <Effect logOdds={part.logOdds!} />
                </td>
                <td className="part-bar">
                  <PartBar share={part.logOdds! / most} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {totals.length > 0 && <p className="need-soft">{t('totalsHidden')}</p>}
    </section>
  );
}

/** By how much a part multiplies the odds, in words. */
function Effect({ logOdds }: { readonly logOdds: number }) {
  const { t } = useTranslation('needs');
  const { number } = useFormat();
  const factor = number(Math.exp(logOdds), { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  if (logOdds === 0) return t('neither');
  return logOdds > 0 ? t('adds', { factor }) : t('subtracts', { factor });
}

/** @param share from -1 to 1 */
function PartBar({ share }: { readonly share: number }) {
  const width = Math.abs(share) * 100;
  return (
    <svg viewBox="-104 0 208 18" width="208" height="18" aria-hidden="true">
      <line className="bar-zero" x1="0" x2="0" y1="0" y2="18" />
      <rect className="bar-part" x={share < 0 ? -width : 0} y="3" width={width} height="12" rx="2" />
    </svg>
  );
}
