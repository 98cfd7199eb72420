import { useMemo } from 'react';
import { ShortcomingsBanner } from '../refusals/shortcomingsBanner.js';
import { ProblemNotice } from '../parts/problemNotice.js';
import { Waiting } from '../parts/waiting.js';
import { useAnswer } from '../session/useAnswer.js';
import { arrangeLanes, summarise, yearsAround } from './lanes.js';
import {
  familyPathQuery,
  orderSectors,
  type PathAnswer,
  personPathQuery,
  readPictured,
  sectorClass,
  sectorName,
  type DrawnSubject,
} from './servicePath.js';
import { StepTable } from './stepTable.js';
import { Timeline } from './timeline.js';

/** The picture of one person or family, with refusals, legend and table. */
export function PathPicture({ subject }: { readonly subject: DrawnSubject }) {
  const { data, shortcomings, problem, isWaiting, retry } = useAnswer<PathAnswer>(
    subject.kind === 'person' ? personPathQuery : familyPathQuery,
    { id: subject.id },
  );
  const picture = useMemo(() => data && drawable(data), [data]);

  return (
    <section className="card picture" aria-label={subject.title}>
      <header>
        <h2>{subject.title}</h2>
        <p>{picture?.summary ?? subject.subtitle}</p>
      </header>
      {isWaiting && <Waiting />}
      {problem !== undefined && <ProblemNotice problem={problem} retry={retry} />}
      <ShortcomingsBanner {...shortcomings} />
      {data && !picture && <p className="page-note">There is no path to draw.</p>}
      {picture && (
        <>
          <Legend {...picture.legend} />
          <Timeline title={`Service path: ${subject.title}`} lanes={picture.lanes} years={picture.years} />
          <StepTable lanes={picture.lanes} />
        </>
      )}
    </section>
  );
}

function drawable(data: PathAnswer) {
  const pictured = readPictured(data);
  if (!pictured) return undefined;
  const { steps, withheld } = pictured.path;
  const years = yearsAround(
    (steps ?? []).flatMap(({ startedAt, endedAt }) => [startedAt, endedAt]).filter((date) => date !== null),
  );
  const shownYears = years ?? {
    from: new Date().getUTCFullYear() - 10,
    until: new Date().getUTCFullYear() + 1,
  };
  const lanes = arrangeLanes(pictured);
  const bars = lanes.flatMap(({ rows }) => rows.flatMap((row) => row.bars));
  return {
    lanes,
    years: shownYears,
    summary: years ? `${summarise(bars)}, ${writeYears(years)}` : 'No steps that may be seen.',
    legend: {
      sectors: orderSectors(bars.map(({ step }) => step.sector)),
      hasMasked: bars.some(({ extent }) => extent.isMasked),
      hasWithheld: withheld.length > 0,
    },
  };
}

function writeYears({ from, until }: { from: number; until: number }): string {
  return until - from === 1 ? String(from) : `${from}–${until - 1}`;
}

interface LegendProps {
  readonly sectors: readonly string[];
  readonly hasMasked: boolean;
  readonly hasWithheld: boolean;
}

/** The meaning of the colours and patterns that occur. */
function Legend({ sectors, hasMasked, hasWithheld }: LegendProps) {
  return (
    <ul className="legend" aria-label="Legend">
      {sectors.map((sector) => (
        <li key={sector}>
          <i className={`swatch ${sectorClass(sector)}`} /> {sectorName(sector)}
        </li>
      ))}
      {hasMasked && (
        <li>
          <i className="swatch swatch-masked" /> date masked: light where it may have been
        </li>
      )}
      {hasWithheld && (
        <li>
          <i className="swatch swatch-hatched" /> withheld by policy
        </li>
      )}
      <li className="legend-number">number in a bar: contacts</li>
    </ul>
  );
}
