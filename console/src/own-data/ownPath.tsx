import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { PathView } from '../paths/pathView.js';
import { type DrawnPath, stepFields } from '../paths/servicePath.js';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { useAnswer } from '../session/useAnswer.js';

interface OwnPathAnswer {
  readonly me: { readonly servicePath: DrawnPath | null } | null;
}

const ownPathQuery = `query OwnPath { me { servicePath { steps { ${stepFields} } withheld } } }`;

/** The service path of the user. */
export function OwnPath() {
  const { t } = useTranslation('own-data');
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<OwnPathAnswer>(ownPathQuery);
  const path = data?.me?.servicePath;
  const pictured = useMemo(() => path && { members: undefined, path }, [path]);
  return (
    <section className="own-part" aria-labelledby="own-path">
      <h2 id="own-path">{t('path.title')}</h2>
      <p className="own-lead">{t('path.lead')}</p>
      {isWaiting && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {data && !pictured && <Notice kind="information">{t(data.me ? 'path.none' : 'unknownPerson')}</Notice>}
      {pictured && (
        <div className="card own-card">
          <PathView title={t('path.title')} pictured={pictured} />
        </div>
      )}
      <p className="own-hint">{t('path.mistake')}</p>
    </section>
  );
}
