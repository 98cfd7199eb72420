import { useTranslation } from 'react-i18next';
import type { ShownCell, ShownEffect } from './policyMatrix.js';

/** What a cell says: a picture and a word, with the mask, and whether conditions apply. */
export function EffectMark({ cell }: { readonly cell: ShownCell }) {
  const { t } = useTranslation('policies');
  const { effect, ways } = cell;
  const isConditional = ways.length > 0 && ways.every(({ conditions }) => conditions.length > 0);
  const mask = effect === 'MASK' ? ways[0]?.mask : null;
  return (
    <span className={`effect-mark effect-${effect.toLowerCase()}`}>
      <EffectIcon effect={effect} />
      <span>
        {mask ? t(`mask.${mask}`) : t(`effect.${effect}`)}
        {isConditional && <small>{t('matrix.conditional')}</small>}
      </span>
    </span>
  );
}

/** An open eye, a half circle, a dash or a crossed circle. */
function EffectIcon({ effect }: { readonly effect: ShownEffect }) {
  return (
    <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
      {effect === 'ALLOW' && <path className="stroke" d="M2.500 8.500 6 12l7.500-8" />}
      {effect === 'MASK' && (
        <>
          <circle className="stroke" cx="8" cy="8" r="6" />
          <path className="fill" d="M8 2a6 6 0 0 1 0 12Z" />
        </>
      )}
      {effect === 'DENY' && <path className="stroke" d="M4 8h8" />}
      {effect === 'PROHIBIT' && (
        <>
          <circle className="stroke" cx="8" cy="8" r="6" />
          <path className="stroke" d="m4 4 8 8" />
        </>
      )}
    </svg>
  );
}
