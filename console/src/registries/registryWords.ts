import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../texts/useFormat.js';
import { ageOf, type RejectedRows, type ShownRegistry } from './registry.js';

type FreshnessState = 'fresh' | 'stale' | 'noLimit' | 'unknown';
type ConnectionState = 'reachable' | 'unreachable' | 'otherSchema' | 'unknown';

/** What a page says about registries. */
interface RegistryWords {
  name(name: string): string;
  state(registry: ShownRegistry): FreshnessState;
  connection(registry: ShownRegistry): ConnectionState;
  /** `Extracted 14 May 2016, 3 hours ago.` */
  age(registry: ShownRegistry): string;
  reason(reason: string | null): string;
  reasons(rejects: readonly RejectedRows[]): string;
}

export function useRegistryWords(): RegistryWords {
  const { t } = useTranslation('registries');
  const { moment, list } = useFormat();
  return useMemo(() => {
    const span = (hours: number): string => {
      const { unit, count } = ageOf(hours);
      return unit === 'hours' ? t('hours', { count }) : t('days', { count });
    };
    const reason = (name: string | null) => t(`reasons.${name}`, { defaultValue: name ?? '' });
    return {
      name: (name) => t(`name.${name}`, { defaultValue: name }),
      state: ({ freshness }) => {
        if (freshness?.ageHours == null) return 'unknown';
        if (freshness.isStale === null) return 'noLimit';
        return freshness.isStale ? 'stale' : 'fresh';
      },
      connection: ({ isReachable, contractDifferences }) => {
        if (isReachable === null) return 'unknown';
        if (!isReachable) return 'unreachable';
        return (contractDifferences?.length ?? 0) > 0 ? 'otherSchema' : 'reachable';
      },
      age: ({ extractedAt, freshness }) => {
        if (extractedAt === null || freshness?.ageHours == null) return '';
        const extracted = t('extracted', { at: moment(extractedAt), age: span(freshness.ageHours) });
        return freshness.limitHours === null
          ? extracted
          : `${extracted} ${t('limit', { limit: span(freshness.limitHours) })}`;
      },
      reason,
      reasons: (rejects) => list(rejects.map((one) => reason(one.reason))),
    };
  }, [t, moment, list]);
}
