import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Modal } from '../parts/modal.js';
import { useFormat } from '../texts/useFormat.js';
import type { LoggedEntry } from './decision.js';

interface DecisionDetailsProps {
  readonly decision: LoggedEntry;
  readonly onClose: () => void;
}

/** Everything that the log has of a decision, in words. */
export function DecisionDetails({ decision, onClose }: DecisionDetailsProps) {
  const { t } = useTranslation('log');
  return (
    <Modal title={t('details.title')} isOpen onClose={onClose}>
      <DecisionFacts decision={decision} />
    </Modal>
  );
}

export function DecisionFacts({ decision }: { readonly decision: LoggedEntry }) {
  const { t } = useTranslation('log');
  const { moment, list } = useFormat();
  const { reader, recipientLabel, roleLabels, categories, registries, coordinates, masked, withheld } =
    decision;
  const { people, lookups, lookupsMissed, codes, permit, operation } = decision;
  return (
    <>
      <p>
        {t('details.sentence', {
          reader,
          recipient: recipientLabel,
          at: moment(decision.at),
          purpose: decision.purposeLabel ?? t('details.none'),
        })}{' '}
        {t(`details.${decision.outcome}`)} {t('details.people', { count: people })}
      </p>
      {decision.breakGlass !== null && (
        <p>
          <strong>{t('details.reason')}</strong> {decision.breakGlass}
        </p>
      )}
      <dl className="log-facts">
        <Fact name={t('details.roles')}>{list(roleLabels)}</Fact>
        <Fact name={t('details.categories')}>{list(categories)}</Fact>
        <Fact name={t('details.registries')}>{list(registries)}</Fact>
        {permit && <Fact name={t('details.permit')}>{permit}</Fact>}
        {operation && <Fact name={t('details.operation')}>{operation}</Fact>}
        {lookups > 0 && (
          <Fact name={t('details.lookups')}>
            {t('details.lookupCount', { count: lookups, missed: lookupsMissed })}
          </Fact>
        )}
        {codes.length > 0 && <Fact name={t('details.codes')}>{list(codes)}</Fact>}
        <Fact name={t('details.id')}>
          <code>{decision.id}</code>
        </Fact>
        <Fact name={t('details.revision')}>
          <code>{decision.revision}</code>
        </Fact>
      </dl>
      <Fields name={t('details.shown', { count: coordinates.length })} fields={coordinates} />
      <Fields name={t('details.masked', { count: masked.length })} fields={masked} />
      <Fields name={t('details.withheld', { count: withheld.length })} fields={withheld} />
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  const { t } = useTranslation('log');
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children || t('details.none')}</dd>
    </div>
  );
}

function Fields({ name, fields }: { readonly name: string; readonly fields: readonly string[] }) {
  if (fields.length === 0) return null;
  return (
    <details className="log-fields">
      <summary>{name}</summary>
      <ul>
        {fields.map((field) => (
          <li key={field}>
            <code>{field}</code>
          </li>
        ))}
      </ul>
    </details>
  );
}
