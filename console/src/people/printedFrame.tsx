import { useTranslation } from 'react-i18next';
import { useSession } from '../session/session.js';
import { useOpenFields } from '../session/useOpenFields.js';
import { useFormat } from '../texts/useFormat.js';

/** At the foot of every printed sheet: who read this, for which purpose, when, and by which decision. */
export function PrintedFrame({ decision }: { readonly decision: string | undefined }) {
  const { t } = useTranslation('people');
  const { user, purpose } = useSession();
  const { reader } = useOpenFields();
  const { label, list, moment } = useFormat();
  const facts = {
    purpose: label(purpose.label),
    reader: [list(user.roles.map((role) => label(role.label))), reader].filter(Boolean).join(', '),
    recipient: user.recipientLabel ? label(user.recipientLabel) : user.recipient,
    printed: moment(new Date().toISOString()),
    decision: decision ?? t('printed.noDecision'),
  };
  return (
    <footer className="printed-frame">
      <p>{t('printed.confidential')}</p>
      <dl>
        {(Object.keys(facts) as (keyof typeof facts)[]).map((fact) => (
          <div key={fact}>
            <dt>{t(`printed.${fact}`)}</dt>
            <dd>{facts[fact]}</dd>
          </div>
        ))}
      </dl>
    </footer>
  );
}
