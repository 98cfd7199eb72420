/** A registry in an answer of the gateway. Withheld values are null. */
export interface ShownRegistry {
  readonly name: string;
  readonly owner: string | null;
  readonly rows: number | null;
  readonly absent: readonly string[] | null;
  readonly extractedAt: string | null;
  readonly synthetic: boolean | null;
  readonly freshness: {
    readonly ageHours: number | null;
    readonly limitHours: number | null;
    readonly isStale: boolean | null;
  } | null;
  readonly rejectsByReason: readonly RejectedRows[] | null;
  readonly policyRevision: string | null;
  readonly isReachable: boolean | null;
  readonly contractDifferences?: readonly string[] | null;
  readonly catalogue?: readonly CatalogueEntry[] | null;
}

export interface RejectedRows {
  readonly reason: string | null;
  /** null: fewer than the rounding shows. */
  readonly rows: number | null;
}

export interface CatalogueEntry {
  readonly coordinate: string;
  readonly label: string | null;
  readonly category: string;
  readonly isSpecial: boolean;
}

export interface RegistriesAnswer {
  readonly registries: readonly ShownRegistry[] | null;
  /** By which policy revision the gateway decides. */
  readonly access: { readonly revision: string } | null;
}

const always = `name owner rows absent extractedAt synthetic
  freshness { ageHours limitHours isStale } rejectsByReason { reason rows } policyRevision isReachable`;
const drift = 'contractDifferences';
const catalogue = 'catalogue { coordinate label category isSpecial }';

/** Asks for what policy opens, so that nothing is reported as withheld that the user does not need. */
export function registriesQuery(open: ReadonlySet<string>): string {
  const more = [
    open.has('Registry.contractDifferences') ? drift : '',
    open.has('Registry.catalogue') ? catalogue : '',
  ];
  return `query Registries { access { revision } registries { ${[always, ...more].join(' ')} } }`;
}

/** Hours up to two days are said in hours, then in whole days. */
export function ageOf(hours: number): { readonly unit: 'hours' | 'days'; readonly count: number } {
  return hours < 48
    ? { unit: 'hours', count: Math.max(1, Math.round(hours)) }
    : { unit: 'days', count: Math.round(hours / 24) };
}
