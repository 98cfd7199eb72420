import { useMemo, useState } from 'react';
import { Button } from 'react-aria-components/Button';
import { Checkbox } from 'react-aria-components/Checkbox';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { locales } from '../texts/languages.js';
import { useFormat } from '../texts/useFormat.js';
import { type DataRead, groupByDay, isOwnRead } from './reads.js';
import { useReads } from './useReads.js';

/** Who has read the data of the user, newest first, day by day. */
export function Readers() {
  const { t } = useTranslation('own-data');
  const { date } = useFormat();
  const { reads, shortcomings, problem, isKnown, isWaiting, hasMore, more } = useReads({ isWhole: false });
  const [showsOwn, setShowsOwn] = useState(false);
  const shown = useMemo(() => reads.filter((read) => showsOwn || !isOwnRead(read)), [reads, showsOwn]);
  const hidesRecipients = reads.some(({ recipient }) => recipient === null);
  return (
    <section className="own-part" aria-labelledby="own-readers">
      <h2 id="own-readers">{t('readers.title')}</h2>
      <p className="own-lead">{t('readers.lead')}</p>
      {hidesRecipients && (
        <Notice kind="information">
          <p>{t('readers.hidden')}</p>
          <p>{t('readers.hiddenHow')}</p>
        </Notice>
      )}
      <ShortcomingsBanner {...shortcomings} />
      <div className="own-tools">
        <Checkbox isSelected={showsOwn} onChange={setShowsOwn}>
          <span className="check-mark" aria-hidden="true" />
          {t('readers.showOwn')}
        </Checkbox>
        <p role="status">{isKnown && t('readers.shown', { count: shown.length })}</p>
      </div>
      {isKnown && shown.length === 0 && (
        <p className="card own-card">{t(hasMore ? 'readers.noneYet' : 'readers.none')}</p>
      )}
      {groupByDay(shown).map(({ day, reads: ofDay }) => (
        <section key={day} className="own-day">
          <h3>{date(day)}</h3>
          <ul className="card">
            {ofDay.map((read) => (
              <Read key={read.id} read={read} />
            ))}
          </ul>
        </section>
      ))}
      {problem !== undefined && <ProblemNotice problem={problem} retry={more} />}
      {isWaiting && <Waiting />}
      {hasMore && problem === undefined && (
        <Button isPending={isWaiting} onPress={more}>
          {t('readers.more')}
        </Button>
      )}
    </section>
  );
}

/** One read: who, for what, why they may, what kind of data, and what to quote. */
function Read({ read }: { readonly read: DataRead }) {
  const { t } = useTranslation('own-data');
  const { language, list } = useFormat();
  const { id, at, kind, purpose, basis, recipient, categories, brokeGlass } = read;
  const time = new Intl.DateTimeFormat(locales[language], { timeStyle: 'short' }).format(new Date(at));
  const reader = isOwnRead(read) ? t('readers.you') : (recipient?.label ?? t('readers.hiddenReader'));
  return (
    <li className="own-read">
      <p className="own-reader">
        <time dateTime={at}>{time}</time> <strong>{reader}</strong>
      </p>
      {brokeGlass && (
        <p className="own-emergency">
          <strong>{t('readers.emergency')}</strong> {t('readers.emergencyMeans')}
        </p>
      )}
      {kind !== 'REQUEST' && <p className="own-kind">{t(`kind.${kind ?? 'UNKNOWN'}`)}</p>}
      <dl>
        <Fact name={t('readers.purpose')} value={purpose.label} />
        <Fact name={t('readers.basis')} value={basis.map(({ label }) => label).join('; ')} />
        <Fact
          name={t('readers.categories')}
          value={
            categories.length > 0 ? list(categories.map(({ label }) => label)) : t('readers.noCategories')
          }
        />
        <div>
          <dt>{t('readers.decision')}</dt>
          <dd>
            <code>{id}</code>
          </dd>
        </div>
      </dl>
    </li>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    value !== '' && (
      <div>
        <dt>{name}</dt>
        <dd>{value}</dd>
      </div>
    )
  );
}
