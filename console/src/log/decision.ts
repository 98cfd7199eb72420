/** A decision of the audit log. It has no data of a registry. */
export interface LoggedEntry {
  readonly id: string;
  /** ISO 8601 in UTC. */
  readonly at: string;
  readonly reader: string;
  readonly recipient: string;
  readonly recipientLabel: string;
  readonly roles: readonly string[];
  readonly roleLabels: readonly string[];
  readonly permit: string | null;
  readonly purpose: string | null;
  readonly purposeLabel: string | null;
  readonly operation: string | null;
  readonly categories: readonly string[];
  readonly coordinates: readonly string[];
  readonly masked: readonly string[];
  readonly withheld: readonly string[];
  readonly registries: readonly string[];
  readonly people: number;
  readonly outcome: 'ANSWERED' | 'REFUSED' | 'FAILED';
  readonly codes: readonly string[];
  readonly breakGlass: string | null;
  readonly lookups: number;
  readonly lookupsMissed: number;
  readonly revision: string | null;
}

/** A use of break-glass and what log controllers decided about it. */
export interface GlassUse {
  readonly isOverdue: boolean;
  readonly isOwn: boolean;
  readonly decision: LoggedEntry;
  /** Newest first. */
  readonly reviews: readonly {
    readonly verdict: 'JUSTIFIED' | 'NOT_JUSTIFIED';
    readonly comment: string;
    readonly reviewer: string;
    readonly at: string;
  }[];
}

export interface DecisionsAnswer {
  readonly auditLog: {
    readonly decisions: readonly LoggedEntry[];
    readonly cursor: string | null;
    readonly readBackTo: string | null;
    readonly damaged: number;
  } | null;
}

/** What decisions are asked for. An id of a person lives in the state of the page only. */
export interface LogFilter {
  readonly person?: string | undefined;
  readonly mark?: string | undefined;
  readonly reader?: string | undefined;
  readonly purpose?: string | undefined;
  readonly recipient?: string | undefined;
  readonly outcome?: LoggedEntry['outcome'] | undefined;
  readonly brokeGlass?: boolean | undefined;
  /** ISO 8601 in UTC. */
  readonly from?: string | undefined;
  readonly until?: string | undefined;
}

/** Local midnight of a day such as 2026-05-14, and of the day after it, in UTC; undefined without a day. */
export function startOf(day: string): string | undefined {
  return day === '' ? undefined : new Date(`${day}T00:00:00`).toISOString();
}

export function endOf(day: string): string | undefined {
  if (day === '') return undefined;
  const next = new Date(`${day}T00:00:00`);
  next.setDate(next.getDate() + 1);
  return next.toISOString();
}

/** The day some days ago, in the time zone of the browser: 2026-05-14. */
export function daysAgo(days: number): string {
  const day = new Date();
  day.setDate(day.getDate() - days);
  return new Intl.DateTimeFormat('sv-SE').format(day);
}
