import { useTranslation } from 'react-i18next';
import { Notice } from '../parts/notice.js';
import { useFormat } from '../texts/useFormat.js';
import { type ChildAssessment, ofThousand } from './assessment.js';
import { PartsTable } from './partsTable.js';
import { RangeMark } from './rangeMark.js';

interface AssessmentViewProps {
  readonly title: string;
  readonly assessment: ChildAssessment;
  readonly years: number;
}

/** A prediction for one child in words, or why there is none. */
export function AssessmentView({ title, assessment, years }: AssessmentViewProps) {
  const { t } = useTranslation('needs');
  const { status, humanOversight, limits } = assessment;
  return (
    <article className="card assessment">
      <h3>{title}</h3>
      {status === 'ASSESSED' ? (
        <AssessedChild assessment={assessment} years={years} />
      ) : (
        <NoNumber assessment={assessment} />
      )}
      {humanOversight !== null && (
        <section>
          <h4>{t('whoDecides')}</h4>
          <p>{humanOversight}</p>
        </section>
      )}
      {limits !== null && (
        <section>
          <h4>{t('limits')}</h4>
          <ul>
            {limits.map((limit) => (
              <li key={limit}>{limit}</li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <h4>{t('contest')}</h4>
        <p>{t('contestHow')}</p>
      </section>
      <ModelLine assessment={assessment} />
    </article>
  );
}

function AssessedChild({ assessment, years }: Omit<AssessmentViewProps, 'title'>) {
  const { t } = useTranslation('needs');
  const { number, percent } = useFormat();
  const { probability, interval, baseRate, contributions, missing, calibration } = assessment;
  const perThousand = (share: number) =>
    ofThousand(share) === 0 ? t('fewerThanFive') : t('about', { number: number(ofThousand(share)) });
  return (
    <>
      {probability !== null && (
        <p className="need-number">
          {t('prediction', { count: years, number: perThousand(probability) })}
          {baseRate !== null && ` ${t('baseRate', { number: perThousand(baseRate) })}`}
        </p>
      )}
      {probability !== null && interval?.from != null && interval.until != null && (
        <>
          <RangeMark
            value={probability}
            from={interval.from}
            until={interval.until}
            baseRate={baseRate ?? undefined}
          />
          <p className="need-soft">
            {t('interval', {
              from: number(ofThousand(interval.from)),
              until: number(ofThousand(interval.until)),
            })}
          </p>
        </>
      )}
      {calibration?.from != null && calibration.until !== null && calibration.observed !== null && (
        <section>
          <h4>{t('calibration')}</h4>
          <p>
            {t('calibrationWords', {
              from: percent(calibration.from),
              until: percent(calibration.until),
              children: number(calibration.children ?? 0),
              observed: perThousand(calibration.observed),
            })}
          </p>
        </section>
      )}
      {contributions && <PartsTable parts={contributions} />}
      {missing !== null && missing > 0 && <p>{t('missing', { count: missing })}</p>}
    </>
  );
}

function NoNumber({ assessment: { status, withheld, switchedOffBecause } }: { assessment: ChildAssessment }) {
  const { t } = useTranslation('needs');
  const { list } = useFormat();
  const owners = list(
    (withheld ?? []).map((registry) => t(`registry.${registry}`, { defaultValue: registry })),
  );
  return (
    <Notice kind="information">
      <p>
        <strong>{t('noNumber')}</strong>
      </p>
      <p>{t(`status.${status ?? 'UNKNOWN'}`, { owners, defaultValue: t('status.UNKNOWN') })}</p>
      {switchedOffBecause !== null && <p>{t('switchedOffBecause', { reason: switchedOffBecause })}</p>}
    </Notice>
  );
}

function ModelLine({ assessment: { model } }: { assessment: ChildAssessment }) {
  const { t } = useTranslation('needs');
  const { date } = useFormat();
  if (!model?.version) return null;
  const approvedAt = model.approvedAt === null ? '' : date(model.approvedAt);
  return <p className="need-soft">{t('model', { version: model.version, date: approvedAt })}</p>;
}
