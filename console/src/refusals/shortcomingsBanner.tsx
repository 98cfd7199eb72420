import { useTranslation } from 'react-i18next';
import { useSession } from '../session/session.js';
import { useFormat } from '../texts/useFormat.js';
import type { ShownRefusal, Shortcomings } from './readShortcomings.js';
import './refusals.css';

/** How many refusals are listed before the others fold away. */
const SHOWN_AT_ONCE = 3;

/** Lists what an answer lacks and who decided that; shows nothing if it lacks nothing. */
export function ShortcomingsBanner({ refusals, withheld, faults }: Shortcomings) {
  const { t } = useTranslation('refusals');
  const { purpose } = useSession();
  const { label } = useFormat();
  const name = { purpose: label(purpose.label) };
  return (
    <>
      {refusals.length > 0 && (
        <section className="banner banner-refused" role="alert" data-testid="refusal">
          <h2>{t('refused', name)}</h2>
          <Refusals refusals={refusals} />
        </section>
      )}
      {withheld.length > 0 && (
        <section className="banner" role="status" data-testid="withheld">
          <h2>{t('withheld', name)}</h2>
          <Refusals refusals={withheld} />
        </section>
      )}
      {faults.length > 0 && (
        <section className="banner banner-refused" role="alert" data-testid="fault">
          <h2>{t('fault')}</h2>
          <ul>
            {faults.map(({ code, message }, index) => (
              <li key={index}>
                {message} {code && <code>{code}</code>}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Refusals({ refusals }: { readonly refusals: readonly ShownRefusal[] }) {
  const { t } = useTranslation('refusals');
  const listed = refusals.filter((refusal) => !isOfRefusedField(refusal, refusals));
  const { decision, revision } = refusals[0] ?? {};
  return (
    <>
      <RefusalList refusals={listed.slice(0, SHOWN_AT_ONCE)} />
      {listed.length > SHOWN_AT_ONCE && (
        <details>
          <summary>{t('more', { count: listed.length - SHOWN_AT_ONCE })}</summary>
          <RefusalList refusals={listed.slice(SHOWN_AT_ONCE)} />
        </details>
      )}
      {(decision || revision) && (
        <p className="banner-trace">
          {decision && (
            <span>
              {t('decision')} <code>{decision}</code>
            </span>
          )}
          {revision && (
            <span>
              {t('revision')} <code>{revision}</code>
            </span>
          )}
        </p>
      )}
    </>
  );
}

function RefusalList({ refusals }: { readonly refusals: readonly ShownRefusal[] }) {
  return (
    <ul>
      {refusals.map((refusal, index) => (
        <li key={index}>
          <Reason {...refusal} />
        </li>
      ))}
    </ul>
  );
}

/** The reason, with owner and coordinate highlighted. If the reason does not name them, they come first. */
function Reason({ coordinate, owner, reason: words }: ShownRefusal) {
  const { t } = useTranslation('refusals');
  const reason = words || t('unexplained');
  const [before = '', ...rest] = owner ? reason.split(owner) : [reason];
  const after = rest.join(owner);
  return (
    <>
      {coordinate && !reason.includes(coordinate) && (
        <>
          <code>{coordinate}</code>:{' '}
        </>
      )}
      {owner && rest.length === 0 && (
        <>
          <strong>{owner}</strong> {t('decides')}{' '}
        </>
      )}
      <Coded text={before} code={coordinate} />
      {rest.length > 0 && <strong>{owner}</strong>}
      <Coded text={after} code={coordinate} />
    </>
  );
}

/** A text with its coordinate in a code font. */
function Coded({ text, code }: { readonly text: string; readonly code: string | undefined }) {
  return code === undefined
    ? text
    : text.split(code).map((part, index) => (
        <span key={index}>
          {index > 0 && <code>{code}</code>}
          {part}
        </span>
      ));
}

/** Whether the field itself is refused, too: `Query.persons(first:)` adds nothing to `Query.persons`. */
function isOfRefusedField({ coordinate }: ShownRefusal, refusals: readonly ShownRefusal[]): boolean {
  const field = coordinate?.split('(', 1)[0];
  return field !== coordinate && refusals.some((refusal) => refusal.coordinate === field);
}
