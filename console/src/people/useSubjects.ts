import { useCallback, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { usePathWords } from '../paths/pathWords.js';
import { noShortcomings, type Shortcomings } from '../refusals/readShortcomings.js';
import { useAsk } from '../session/useAnswer.js';
import { listSubjects, type ListedPerson, type PeopleAnswer, peopleQuery, type Subject } from './subjects.js';

/** The people of the user, as many as were fetched. */
interface SubjectsState {
  readonly subjects: readonly Subject[];
  readonly shortcomings: Shortcomings;
  readonly problem: unknown;
  readonly isWaiting: boolean;
  readonly hasMore: boolean;
  /** Fetches the next page. */
  more(): void;
  retry(): void;
  /** Puts a person who was looked up in front. */
  add(person: ListedPerson): void;
}

const nothing = { persons: [], hasMore: false, shortcomings: noShortcomings, problem: undefined };

/** @param open coordinates that policy shows to the user; nobody is listed before they are known */
export function useSubjects(open: ReadonlySet<string>): SubjectsState {
  const { t } = useTranslation('people');
  const words = usePathWords();
  const ask = useAsk<PeopleAnswer>();
  const [isWaiting, setWaiting] = useState(false);
  const [fetched, setFetched] = useState<{
    readonly persons: readonly ListedPerson[];
    readonly hasMore: boolean;
    readonly shortcomings: Shortcomings;
    readonly problem: unknown;
  }>(nothing);
  const [lookedUp, setLookedUp] = useState<readonly ListedPerson[]>([]);

  const fetchAfter = useCallback(
    async (before: readonly ListedPerson[], signal?: AbortSignal) => {
      setWaiting(true);
      try {
        const { data, shortcomings } = await ask(
          peopleQuery(open),
          { after: before.at(-1)?.id ?? null },
          signal,
        );
        const persons = [...before, ...(data?.persons?.nodes ?? [])];
        setFetched({ persons, hasMore: data?.persons?.hasMore ?? false, shortcomings, problem: undefined });
      } catch (problem) {
        if (!signal?.aborted) setFetched((known) => ({ ...known, problem }));
      } finally {
        if (!signal?.aborted) setWaiting(false);
      }
    },
    [ask, open],
  );

  useEffect(() => {
    if (!open.has('Query.persons')) return;
    const abort = new AbortController();
    void fetchAfter([], abort.signal);
    return () => abort.abort();
  }, [open, fetchAfter]);

  const subjects = useMemo(() => {
    const listed = fetched.persons.filter(({ id }) => lookedUp.every((person) => person.id !== id));
    return listSubjects([...lookedUp, ...listed], {
      ...words,
      family: (id) => t('family', { id }),
      more: (count) => t('moreMembers', { count }),
    });
  }, [fetched.persons, lookedUp, words, t]);

  const fetchMore = () => void fetchAfter(fetched.persons);
  return {
    subjects,
    shortcomings: fetched.shortcomings,
    problem: fetched.problem,
    isWaiting,
    hasMore: fetched.hasMore,
    more: fetchMore,
    retry: fetchMore,
    add: (person) => setLookedUp((known) => [person, ...known.filter(({ id }) => id !== person.id)]),
  };
}
