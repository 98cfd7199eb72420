import type { TFunction } from 'i18next';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { codingName } from '../texts/coding.js';
import { useFormat } from '../texts/useFormat.js';
import type { DrawnMember, DrawnPerson, DrawnStep } from './servicePath.js';

/** A service path in the words of the user's language. */
export interface PathWords {
  sector(sector: string): string;
  service(step: DrawnStep): string;
  /** `May 2012 – 2014`, or the one date. */
  period(step: DrawnStep): string;
  contacts(step: DrawnStep): string;
  /** `12 episodes, 80 contacts`. */
  summary(steps: readonly DrawnStep[]): string;
  /** A step in one line. */
  step(step: DrawnStep): string;
  /** `born 2011, female`: nothing else is known about a person. */
  person(person: DrawnPerson): string;
  /** `Child, born 2011, female`. */
  member(member: DrawnMember): string;
  readonly withheld: string;
}

export function usePathWords(): PathWords {
  const { t } = useTranslation('paths');
  const { date } = useFormat();
  return useMemo(() => pathWords(t, date), [t, date]);
}

/**
 * @param t gives the texts of this folder
 * @param writeDate writes a date of ISO 8601 in the language of the texts
 */
export function pathWords(t: TFunction<'paths'>, writeDate: (isoDate: string) => string): PathWords {
  const sector = (name: string) =>
    t(`sector.${name}`, { defaultValue: capitalise(name.toLowerCase().replaceAll('_', ' ')) });
  const service = (step: DrawnStep) => codingName(step.service) ?? t('serviceWithheld');
  const contacts = (step: DrawnStep) =>
    step.contacts === null ? t('contactsWithheld') : t('contacts', { count: step.contacts });
  const period = ({ startedAt, endedAt }: DrawnStep) => {
    if (startedAt === null) return t('datesWithheld');
    if (endedAt === null || endedAt === startedAt) return writeDate(startedAt);
    return t('period', { from: writeDate(startedAt), until: writeDate(endedAt) });
  };
  const person = ({ birthYear, sex }: DrawnPerson) => {
    const facts = [
      birthYear === null ? undefined : t('born', { year: birthYear }),
      codingName(sex)?.toLocaleLowerCase() ?? undefined,
    ].filter((fact) => fact !== undefined);
    return facts.length > 0 ? facts.join(', ') : t('somebody');
  };
  return {
    sector,
    service,
    contacts,
    period,
    person,
    summary(steps) {
      const episodes = t('episodes', { count: steps.length });
      if (steps.every((step) => step.contacts === null)) return episodes;
      const count = steps.reduce((sum, step) => sum + (step.contacts ?? 0), 0);
      return `${episodes}, ${t('contacts', { count })}`;
    },
    step: (step) => `${sector(step.sector)}, ${service(step)}, ${period(step)}, ${contacts(step)}`,
    member: ({ role, person: who }) => {
      const described = who ? person(who) : t('somebody');
      return capitalise(
        role ? `${t(`role.${role}`, { defaultValue: role.toLowerCase() })}, ${described}` : described,
      );
    },
    withheld: t('withheld'),
  };
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
