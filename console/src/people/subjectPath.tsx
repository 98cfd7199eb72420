import { useMemo } from 'react';
import { Button } from 'react-aria-components/Button';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { PathView } from '../paths/pathView.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAnswer } from '../session/useAnswer.js';
import { PrintedFrame } from './printedFrame.js';
import { familyPathQuery, type PathAnswer, personPathQuery, readPictured, type Subject } from './subjects.js';

/** The path of one person or family, on the page and on paper. */
export function SubjectPath({ subject }: { readonly subject: Subject }) {
  const { t } = useTranslation('people');
  const { data, shortcomings, decision, problem, isWaiting, retry } = useAnswer<PathAnswer>(
    subject.kind === 'person' ? personPathQuery : familyPathQuery,
    { id: subject.id },
  );
  const pictured = useMemo(() => data && readPictured(data), [data]);
  return (
    <section className="card subject-path" aria-label={subject.title}>
      <div className="subject-heading">
        <div>
          <h2>{subject.title}</h2>
          <p>{subject.subtitle}</p>
        </div>
        {pictured && <Button onPress={() => window.print()}>{t('print')}</Button>}
      </div>
      {isWaiting && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {data && !pictured && <Notice kind="information">{t('noPath')}</Notice>}
      {pictured && (
        <>
          <PathView title={subject.title} pictured={pictured} />
          <PrintedFrame decision={decision} />
        </>
      )}
    </section>
  );
}
