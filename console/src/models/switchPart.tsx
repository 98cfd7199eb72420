import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../texts/useFormat.js';
import type { ModelOrder, ModelRegister, ModelStop } from './register.js';

interface SwitchPartProps {
  readonly register: ModelRegister;
  readonly onOrder: (order: ModelOrder) => void;
}

/** Whether a model serves now, why not, and the switch. */
export function SwitchPart({ register, onOrder }: SwitchPartProps) {
  const { t } = useTranslation('models');
  const { moment } = useFormat();
  const { serving, versions } = register;
  const stops = register.stops ?? [];
  const approvedAt = versions?.find(({ version }) => version === serving)?.approvedAt;
  const state = serving ? 'serves' : stops.length > 0 ? 'off' : 'none';
  return (
    <section className="card switch-part" aria-labelledby="switch-heading">
      <div className="switch-state">
        <SwitchMark isOn={serving !== null} />
        <div>
          <h2 id="switch-heading">{t(`state.${state}`)}</h2>
          <p>
            {state === 'serves' &&
              t('servesWords', { version: serving, at: approvedAt ? moment(approvedAt) : '' })}
            {state === 'off' && t('offWords')}
            {state === 'none' && t('noneWords')}
          </p>
        </div>
        {serving !== null && (
          <Button className="react-aria-Button main-action" onPress={() => onOrder({ order: 'STOP' })}>
            {t('stop')}
          </Button>
        )}
      </div>
      {stops.map((stop) => (
        <StopItem key={stop.sequence} stop={stop} onOrder={onOrder} />
      ))}
    </section>
  );
}

function StopItem({ stop, onOrder }: { stop: ModelStop; onOrder: (order: ModelOrder) => void }) {
  const { t } = useTranslation('models');
  const { moment, list } = useFormat();
  const { sequence, version, person, at, comment, resumers, missing } = stop;
  return (
    <div className="stop-item">
      <div>
        <h3>{version === null ? t('stoppedAll') : t('stoppedOne', { version })}</h3>
        <blockquote>{comment}</blockquote>
        <p>{t('stoppedBy', { person: person ?? t('nobodySigned'), at: at === null ? '' : moment(at) })}</p>
        <p>
          {resumers && resumers.length > 0 && `${t('resumers', { people: list(resumers) })} `}
          {missing !== null && t('resumersMissing', { count: missing })}
        </p>
      </div>
      <Button onPress={() => onOrder({ order: 'RESUME', stop: sequence })}>{t('resume')}</Button>
    </div>
  );
}

/** A switch as a picture: its position says what the words say. */
function SwitchMark({ isOn }: { readonly isOn: boolean }) {
  return (
    <svg className="switch-mark" viewBox="0 0 44 24" width="44" height="24" aria-hidden="true">
      <rect x="1" y="1" width="42" height="22" rx="11" className={isOn ? 'is-on' : 'is-off'} />
      <circle cx={isOn ? 32 : 12} cy="12" r="7" className={isOn ? 'is-on' : 'is-off'} />
    </svg>
  );
}
