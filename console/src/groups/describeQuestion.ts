import type { FileFacts } from './exportFiles.js';
import { criterionSentence, partSentence, type Words } from './sentences.js';
import type { Asked, PlannerQuestion } from './question.js';
import type { StatedProtection } from './results.js';

/** A question in words, for files and for readers: what the group is, what was asked, and its details. */
export function questionFacts({ where, asked }: PlannerQuestion, words: Words): FileFacts {
  const { t } = words;
  const compared = 'comparedWith' in asked ? partSentence(asked.comparedWith, words) : undefined;
  const details = detailsOf(asked, words);
  return [
    [t('fact.group'), partSentence(where, words)],
    [t('fact.question'), t(`kind.${asked.kind}`)],
    ...(details.length > 0 ? [[t('fact.details'), details.join('; ')] as const] : []),
    ...(compared ? [[t('fact.compared'), compared] as const] : []),
  ];
}

/** What was asked, as the heading of its answer. A time between two events names both. */
export function askedSentence(asked: Asked, words: Words): string {
  const kind = words.t(`kind.${asked.kind}`);
  if (asked.kind !== 'timeToEvent' || !asked.start || !asked.event) return kind;
  const [start, event] = [asked.start, asked.event].map((events) => criterionSentence(events, words));
  return `${kind} ${start} → ${event}.`;
}

function detailsOf(asked: Asked, words: Words): readonly string[] {
  const { t, format, criteria } = words;
  const period = (from: string, until: string): string =>
    t('sentence.period.both', { from: format.date(from), until: format.date(until) });
  switch (asked.kind) {
    case 'size':
      return [];
    case 'table':
      return [
        ...asked.by.map((dimension) => t(`dimension.${dimension}`)),
        `${t('years')}: ${asked.years.join(', ')}`,
      ];
    case 'serviceUse': {
      const names = new Map(criteria.services.map(({ code, name }) => [code, name]));
      return [
        period(asked.from, asked.until),
        ...asked.services.map((code) => names.get(code) ?? code),
        ...(asked.byYear ? [t('byYear')] : []),
      ];
    }
    case 'commonPaths':
      return [
        period(asked.from, asked.until),
        `${t('steps')}: ${asked.steps}`,
        `${t('paths')}: ${asked.first}`,
      ];
    case 'differences':
      return [`${t('characteristicsAt')}: ${asked.atEndOf}`];
    case 'serviceDifferences':
      return [period(asked.from, asked.until)];
    case 'timeToEvent':
      return [
        ...(asked.start ? [`${t('event.start')}: ${criterionSentence(asked.start, words)}`] : []),
        ...(asked.event ? [`${t('event.end')}: ${criterionSentence(asked.event, words)}`] : []),
        `${t('watchedUntil')}: ${format.date(asked.until)}`,
        `${t('intervals')}: ${asked.intervals}`,
        `${t('intervalMonths')}: ${asked.months}`,
      ];
  }
}

const Z95 = 1.96;

/**
 * How numbers were protected, in sentences. The error is that of the stated noise: 95 % of it lies within
 * 1.96 standard deviations, and none beyond its maximum.
 */
export function protectionSentences(
  { minimum, families, familyShare, noiseMaximum, noiseVariance, smallestCount }: StatedProtection,
  { t, format }: Pick<Words, 't' | 'format'>,
): readonly string[] {
  const error = Math.min(noiseMaximum, Math.ceil(Z95 * Math.sqrt(noiseVariance)));
  return [
    t('protection.noise', { maximum: format.number(noiseMaximum) }),
    t('protection.error', { error: format.number(error) }),
    t('protection.smallest', {
      smallest: format.number(smallestCount),
      minimum: format.number(minimum),
      families: format.number(families),
    }),
    t('protection.share', { share: format.percent(familyShare) }),
  ];
}
