import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DataTable } from '../../parts/dataTable.js';
import { Modal } from '../../parts/modal.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import {
  type ShownExplanation,
  type ExplainedRule,
  explanationQuery,
  type RequestCounts,
} from './cellExplanation.js';
import { EffectMark } from './effectMark.js';
import type { ShownCell, ShownColumn, ShownField } from './policyMatrix.js';
import { WayWords } from './wayWords.js';

/** A cell that the user wants to understand. */
export interface ExplainedCell {
  readonly field: ShownField;
  readonly column: ShownColumn;
  readonly cell: ShownCell;
}

interface CellDialogProps {
  readonly cell: ExplainedCell;
  readonly onClose: () => void;
}

/** Why a cell says what it says, who could change it, and who asks for the field. */
export function CellDialog({ cell: { field, column, cell }, onClose }: CellDialogProps) {
  const { t } = useTranslation('policies');
  const { coordinate } = field;
  const { purpose, role } = column;
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{
    explainPolicy: ShownExplanation | null;
  }>(explanationQuery, { coordinate, purpose, role });
  const explanation = data?.explainPolicy;
  return (
    <Modal title={field.label ?? coordinate} isOpen onClose={onClose}>
      <p className="cell-about">
        <code>{coordinate}</code>
        <span>{t('cell.for', { purpose: column.purposeLabel, role: column.roleLabel })}</span>
        {field.derivedType === null && <EffectMark cell={cell} />}
      </p>
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {explanation && (
        <>
          <Section title={t('cell.why')}>
            <Why explanation={explanation} owner={field.owner} />
          </Section>
          {explanation.derivations.length > 0 && (
            <Section title={t('cell.derived')}>
              <Derivations explanation={explanation} />
            </Section>
          )}
          <Section title={t('cell.who')}>
            <ChangedBy explanation={explanation} />
          </Section>
          <Section title={t('cell.asked')}>
            <Requests requests={explanation.requests} />
          </Section>
        </>
      )}
    </Modal>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="cell-section">
      <h3>{title}</h3>
      {children}
    </section>
  );
}

interface ExplanationProps {
  readonly explanation: ShownExplanation;
}

function Why({ explanation, owner }: ExplanationProps & { readonly owner: string }) {
  const { t } = useTranslation('policies');
  const { ways, reasonKind, prohibition, nearRules, withheldInputs, purpose } = explanation;
  if (reasonKind === null)
    return (
      <ul className="ways">
        {ways.map((way, index) => (
          <li key={index}>
            <WayWords way={way} />
            {way.rules.length === 0 ? (
              <p className="rule">{t('cell.needsNoGrant')}</p>
            ) : (
              way.rules.map((rule) => <Rule key={rule.id} rule={rule} />)
            )}
          </li>
        ))}
      </ul>
    );
  return (
    <>
      <p>{t(`reason.${reasonKind}`, { owner, purpose })}</p>
      {prohibition && <Rule rule={prohibition} />}
      {withheldInputs.length > 0 && (
        <ul>
          {withheldInputs.map((input, index) => (
            <li key={index}>
              <code>{input.coordinate}</code>:{' '}
              {input.derivedType === null
                ? t('cell.inputNotShown', { owner: input.owner })
                : t('cell.inputNotReleased', { owner: input.owner, type: input.derivedType })}
            </li>
          ))}
        </ul>
      )}
      {nearRules.length > 0 && (
        <>
          <p>{t('cell.nearRules')}</p>
          {nearRules.map((rule) => (
            <Rule key={rule.id} rule={rule}>
              {t('cell.nearRule', { roles: rule.roles.join(', ') })}
              {rule.needsPermit && ` · ${t('cell.needsPermit')}`}
              {rule.from !== null && ` · ${t('cell.from', { day: rule.from })}`}
              {rule.until !== null && ` · ${t('cell.until', { day: rule.until })}`}
            </Rule>
          ))}
        </>
      )}
    </>
  );
}

/** A rule, its law, and its place in the policy file. */
function Rule({ rule, children }: { readonly rule: ExplainedRule; readonly children?: ReactNode }) {
  const { t } = useTranslation('policies');
  return (
    <p className="rule">
      {t('cell.rule')} <code>{rule.id}</code>{' '}
      <span className="rule-place">
        {rule.file}:{rule.line}
      </span>
      {rule.basis.length > 0 && (
        <>
          <br />
          {t('cell.law')} {rule.basis.join(', ')}
        </>
      )}
      {children && (
        <>
          <br />
          {children}
        </>
      )}
    </p>
  );
}

function Derivations({ explanation: { derivations } }: ExplanationProps) {
  const { t } = useTranslation('policies');
  return (
    <ul className="ways">
      {derivations.map(({ type, ways, reasonKind }) => (
        <li key={type}>
          <code>{type}</code>:{' '}
          {reasonKind === null
            ? ways.map((way, index) => <WayWords key={index} way={way} />)
            : t('cell.mayNot')}
        </li>
      ))}
    </ul>
  );
}

function ChangedBy({ explanation: { changedBy } }: ExplanationProps) {
  const { t } = useTranslation('policies');
  const { owner, file, signaturesNeeded, people } = changedBy;
  return (
    <>
      <p>
        {t('cell.changedBy', { owner })} <code>{file}</code>.{' '}
        {signaturesNeeded === 0
          ? t('cell.unsigned')
          : t('cell.signatures', { count: signaturesNeeded, people: people.length })}
      </p>
      {people.length > 0 && (
        <ul>
          {people.map(({ id, office }) => (
            <li key={id}>
              {office} <code>{id}</code>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function Requests({ requests }: { readonly requests: RequestCounts | null }) {
  const { t } = useTranslation('policies');
  const { number, moment } = useFormat();
  if (!requests) return <p>{t('cell.noCounts')}</p>;
  const since = moment(requests.since);
  return (
    <>
      <p>{t(requests.isComplete ? 'cell.since' : 'cell.sinceShort', { since })}</p>
      <DataTable
        caption={t('cell.askedCaption')}
        empty={t('cell.nobody')}
        rows={requests.counts}
        rowKey={(_, index) => index}
        columns={[
          {
            id: 'recipient',
            heading: t('cell.recipient'),
            isRowHeading: true,
            cell: (row) => row.recipientLabel,
          },
          { id: 'purpose', heading: t('cell.purpose'), cell: (row) => row.purposeLabel },
          { id: 'role', heading: t('cell.role'), cell: (row) => row.roleLabels.join(', ') },
          { id: 'shown', heading: t('cell.shown'), isNumber: true, cell: (row) => number(row.shown) },
          {
            id: 'withheld',
            heading: t('cell.withheld'),
            isNumber: true,
            cell: (row) => number(row.withheld),
          },
        ]}
      />
    </>
  );
}
