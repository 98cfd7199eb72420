import type { Coding } from '../texts/coding.js';

/** The kinds of arguments of criteria, as the gateway names them. */
export type ArgumentKind = 'CODES' | 'RANGE' | 'COUNT' | 'DAY' | 'YEAR';

export interface CriterionField {
  readonly name: string;
  readonly kind: ArgumentKind;
  readonly required: boolean;
  /** The code list of the registry, or null. */
  readonly codeList: string | null;
  /** All codes, if they are known; null: any text. */
  readonly codes: readonly string[] | null;
}

/** A criterion by which this user may define a group for this purpose. */
export interface OfferedCriterion {
  readonly name: string;
  readonly registry: string;
  /** Whether it has days, so that "first … then …" accepts it. */
  readonly isEvent: boolean;
  readonly arguments: readonly CriterionField[];
}

/** The criteria, and the words of the schema for those that the console does not know. */
export interface CriteriaAnswer {
  readonly groupCriteria: readonly OfferedCriterion[] | null;
  readonly registries:
    | readonly {
        readonly name: string;
        readonly codeLists: readonly { readonly name: string; readonly codes: readonly Coding[] }[] | null;
      }[]
    | null;
  readonly filter: { readonly inputFields: readonly DescribedField[] } | null;
}

interface DescribedField {
  readonly name: string;
  readonly description: string | null;
  readonly type: { readonly inputFields: readonly DescribedArgument[] | null };
}

interface DescribedArgument {
  readonly name: string;
  readonly description: string | null;
}

export const criteriaQuery = `query GroupCriteria {
  groupCriteria { name registry isEvent arguments { name kind required codeList codes } }
  registries { name codeLists { name codes { code label } } }
  filter: __type(name: "CohortFilter") {
    inputFields { name description type { inputFields { name description } } }
  }
}`;

/** The criteria by name, and what the schema says of each. */
export class CriteriaCatalogue {
  readonly #byName: ReadonlyMap<string, OfferedCriterion>;
  readonly #described: ReadonlyMap<string, DescribedField>;
  /** Labels by registry, list and code. */
  readonly #labels = new Map<string, string>();

  constructor({ groupCriteria, filter, registries }: CriteriaAnswer) {
    this.#byName = new Map((groupCriteria ?? []).map((criterion) => [criterion.name, criterion]));
    this.#described = new Map((filter?.inputFields ?? []).map((field) => [field.name, field]));
    for (const { name: registry, codeLists } of registries ?? [])
      for (const { name: list, codes } of codeLists ?? [])
        for (const { code, label } of codes)
          if (label !== null) this.#labels.set(`${registry} ${list} ${code}`, label);
  }

  get all(): readonly OfferedCriterion[] {
    return [...this.#byName.values()];
  }

  get events(): readonly OfferedCriterion[] {
    return this.all.filter(({ isEvent }) => isEvent);
  }

  find(name: string): OfferedCriterion | undefined {
    return this.#byName.get(name);
  }

  /** The field of a criterion. As an event it has no count, because each one counts. */
  fieldsOf(name: string, asEvent: boolean): readonly CriterionField[] {
    const fields = this.find(name)?.arguments ?? [];
    return asEvent ? fields.filter(({ kind }) => kind !== 'COUNT') : fields;
  }

  /** What the schema says of a criterion, in English, without its full stop; its name if it says nothing. */
  describe(name: string): string {
    return sentenceOf(this.#described.get(name)?.description) ?? name;
  }

  describeArgument(name: string, argument: string): string {
    const fields = this.#described.get(name)?.type.inputFields ?? [];
    return sentenceOf(fields.find((field) => field.name === argument)?.description) ?? argument;
  }

  /** The label of a code that a criterion takes; undefined if it has none. */
  labelOf(criterion: string, field: string, code: string): string | undefined {
    const found = this.find(criterion);
    const list = found?.arguments.find(({ name }) => name === field)?.codeList;
    return found && list ? this.labelIn(found.registry, list, code) : undefined;
  }

  /** The label of a code of a registry's list; undefined if it has none. */
  labelIn(registry: string, list: string, code: string): string | undefined {
    return this.#labels.get(`${registry} ${list} ${code}`);
  }

  /** The services of all registries. */
  get services(): readonly { readonly code: string; readonly name: string }[] {
    const named = this.all.flatMap(({ registry, arguments: fields }) =>
      fields
        .filter(({ codeList }) => codeList === 'services')
        .flatMap(({ codes }) => codes ?? [])
        .map((code) => [code, this.labelIn(registry, 'services', code) ?? code] as const),
    );
    return [...new Map(named)].map(([code, name]) => ({ code, name }));
  }
}

function sentenceOf(description: string | null | undefined): string | undefined {
  return description?.trim().replace(/\.$/, '') || undefined;
}
