import { useMemo, useState } from 'react';
import { Checkbox } from 'react-aria-components/Checkbox';
import { CheckboxGroup } from 'react-aria-components/CheckboxGroup';
import { Label } from 'react-aria-components/Label';
import { useTranslation } from 'react-i18next';
import { Notice } from '../../parts/notice.js';
import { PageHeading } from '../../parts/pageHeading.js';
import { ProblemNotice } from '../../parts/problemNotice.js';
import { Waiting } from '../../parts/waiting.js';
import { ShortcomingsBanner } from '../../refusals/shortcomingsBanner.js';
import { useAnswer } from '../../session/useAnswer.js';
import { useFormat } from '../../texts/useFormat.js';
import { DraftReview } from '../review/draftReview.js';
import { useExpiringFiles } from './policyExpiry.js';
import { type ShownSigning, signingQuery } from './policyRevisions.js';

/** Proposes policy files again as they are, so that they expire later. */
export function RenewView() {
  const { t } = useTranslation('policies');
  const { date } = useFormat();
  const files = useExpiringFiles();
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<{ policySigning: ShownSigning | null }>(
    signingQuery,
  );
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const draft = useMemo(() => ({ files: [], renew: chosen }), [chosen]);
  const signing = data?.policySigning;
  return (
    <>
      <PageHeading title={t('renew.title')} lead={t('renew.lead')} />
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {isWaiting && <Waiting />}
      {signing?.isNeeded === false && <Notice kind="information">{t('revisions.dev')}</Notice>}
      {files.length > 0 && (
        <CheckboxGroup value={[...chosen]} onChange={setChosen}>
          <Label>{t('renew.files')}</Label>
          <div className="grant-words">
            {files.map(({ name, expiresAt, ending }) => (
              <Checkbox key={name} value={name}>
                <span className="check-mark" aria-hidden="true" />
                {t('renew.until', { file: name, day: date(expiresAt) })}
                {ending && <strong className="soon">{t(`ending.${ending}`)}</strong>}
              </Checkbox>
            ))}
          </div>
        </CheckboxGroup>
      )}
      {signing && <DraftReview draft={draft} signing={signing} />}
    </>
  );
}
