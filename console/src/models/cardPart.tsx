import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Choice } from '../parts/choice.js';
import { DataTable } from '../parts/dataTable.js';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useAnswer } from '../session/useAnswer.js';
import { useFormat } from '../texts/useFormat.js';
import { type CardAnswer, cardQuery, type ShownCard } from './modelCard.js';
import { QualityPart } from './qualityPart.js';

/** The model card of a version. @param serving the version that is shown first */
export function CardPart({ serving }: { readonly serving: string | null }) {
  const { t } = useTranslation('models');
  const { data, problem, isWaiting, retry } = useAnswer<CardAnswer>(cardQuery);
  const [chosen, setChosen] = useState<string>();
  const versions = data?.riskRegister?.versions ?? [];
  const shown =
    versions.find(({ version }) => version === chosen) ??
    versions.find(({ version }) => version === serving) ??
    versions[0];
  if (problem !== undefined) return <ProblemNotice problem={problem} retry={retry} />;
  if (isWaiting) return <Waiting />;
  if (!shown) return <Notice kind="information">{t('noVersions')}</Notice>;
  return (
    <>
      <Choice
        label={t('version')}
        value={shown.version}
        options={versions.map(({ version }) => ({ id: version, label: version }))}
        onChange={setChosen}
      />
      {shown.card ? <CardView card={shown.card} /> : <Notice kind="warning">{t('cardUnreadable')}</Notice>}
    </>
  );
}

function CardView({ card }: { readonly card: ShownCard }) {
  const { t } = useTranslation('models');
  const { number, date, list } = useFormat();
  const { data } = card;
  return (
    <article className="card model-card">
      <p className="model-outcome">{card.outcome}</p>
      <Section title={t('intendedUse')}>
        <Items texts={card.intendedUse} />
      </Section>
      <Section title={t('outOfScopeUse')}>
        <Items texts={card.outOfScopeUse} />
      </Section>
      <Section title={t('humanOversight')}>
        <p>{card.humanOversight}</p>
      </Section>
      <Section title={t('limits')}>
        <Items texts={card.limits} />
      </Section>
      {data && (
        <Section title={t('data')}>
          <p>
            {t('dataWords', {
              children: number(data.children),
              families: number(data.families),
              clients: number(data.clients),
              days: list(data.asOf.map(date)),
            })}{' '}
            {t('factorWords', { considered: number(data.factorsConsidered), used: number(data.factorsUsed) })}
            {card.trainedAt && ` ${t('trained', { date: date(card.trainedAt) })}`}
          </p>
        </Section>
      )}
      <QualityPart card={card} />
      {card.terms && <TermsTable terms={card.terms} />}
    </article>
  );
}

function Section({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Items({ texts }: { readonly texts: readonly string[] | null }) {
  return (
    <ul>
      {texts?.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}

function TermsTable({ terms }: { readonly terms: NonNullable<ShownCard['terms']> }) {
  const { t } = useTranslation('models');
  const { number } = useFormat();
  const odds = (logOdds: number) =>
    `× ${number(Math.exp(logOdds), { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return (
    <section>
      <h3>{t('terms')}</h3>
      <p>{t('termsLead')}</p>
      <DataTable
        caption={t('termsCaption')}
        rows={terms}
        rowKey={(_, index) => index}
        columns={[
          {
            id: 'factors',
            heading: t('factors'),
            isRowHeading: true,
            cell: ({ factors }) => factors.map(({ id, label }) => label ?? id).join(` ${t('together')} `),
          },
          { id: 'least', heading: t('least'), isNumber: true, cell: ({ least }) => odds(least) },
          { id: 'most', heading: t('most'), isNumber: true, cell: ({ most }) => odds(most) },
        ]}
      />
    </section>
  );
}
