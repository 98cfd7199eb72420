import { type EnumTypeDefinitionNode, parse, visit } from 'graphql';
import type { Dimension, Protection, TableRequest } from '../../../disclosure-control/groupQuestion.js';
import type { Amendment } from '../../../lib/buildFederatedSchema.js';
import { Field, Int, ObjectType, registerEnumType } from '../../../lib/typeGraphql.js';
import { CodedValue } from '../../../registry-kit/codes/codedValue.js';
import { badInput } from '../../../registry-kit/criteria/groupFilter.js';
import type { CohortGroup } from '../group/cohortGroup.js';
import { notReleased } from '../group/groupFacts.js';
import {
  categoriesOf,
  type CategoryDimension,
  type DimensionName,
  dimensionNames,
  dimensions,
} from '../group/populationColumns.js';
import { type AskedResult, type GroupRequester, protect } from '../protect.js';
import { ProtectedResult, TOO_FEW } from './protectedResult.js';

const MAX_DIMENSIONS = 3;
const MAX_YEARS = 50;

export const GroupDimension = Object.fromEntries(dimensionNames.map((name) => [enumValue(name), name]));
registerEnumType(GroupDimension, {
  name: 'GroupDimension',
  description: 'The dimensions by which a group can be counted.',
});

function enumValue(name: DimensionName): string {
  return name.replace(/[A-Z]/g, '_$&').toUpperCase();
}

/** Names the coordinate that an owner must release to groups for each dimension. */
export const declareDimensions: Amendment = (sdl) => {
  const values = dimensionNames.map(
    (name) => `${enumValue(name)} @takes(type: "Cohort", fields: ["${dimensions[name].coordinate}"])`,
  );
  const [taking] = parse(`enum GroupDimension { ${values.join('\n')} }`, { noLocation: true }).definitions;
  return visit(sdl, {
    EnumTypeDefinition: (definition) =>
      definition.name.value === 'GroupDimension'
        ? { ...definition, values: (taking as EnumTypeDefinitionNode).values! }
        : undefined,
  });
};

@ObjectType({
  simpleResolvers: true,
  description: 'A number in a table. A dimension that is null is summed over.',
})
export class GroupCell {
  @Field(() => Int, { nullable: true })
  readonly year: number | null = null;

  @Field(() => CodedValue, { nullable: true })
  readonly sex: CodedValue | null = null;

  @Field(() => CodedValue, { nullable: true })
  readonly district: CodedValue | null = null;

  @Field(() => String, { nullable: true, description: 'Age at the end of the year, in bands of five years.' })
  readonly ageBand: string | null = null;

  @Field(() => CodedValue, { nullable: true })
  readonly familyType: CodedValue | null = null;

  @Field(() => Int, { nullable: true, description: TOO_FEW })
  readonly count: number | null;

  constructor(categories: Readonly<Record<string, string | number | CodedValue>>, count: number | null) {
    Object.assign(this, categories);
    this.count = count;
  }
}

@ObjectType({ simpleResolvers: true })
export class GroupTable extends ProtectedResult {
  @Field(() => [GroupCell], { nullable: true })
  readonly cells: readonly GroupCell[];

  constructor(protection: Protection, cells: readonly GroupCell[]) {
    super(protection);
    this.cells = cells;
  }
}

/**
 * A table as a question.
 * @param districts the code list
 * @throws PolkuError BAD_USER_INPUT
 */
export function askedTable(
  by: readonly DimensionName[],
  years: readonly number[],
  districts: readonly string[],
): AskedResult {
  const dimensions = dimensionsOf(by, years).map((name) => ({ size: categoriesOf(name, districts).length }));
  return { result: ['table', by, years], tables: years.map(() => ({ dimensions })) };
}

/**
 * Members who lived in the city at the end of a year, by their characteristics at that time.
 * @throws PolkuError BAD_USER_INPUT, PURPOSE_NOT_PERMITTED
 */
export async function groupTable(
  group: CohortGroup,
  requester: GroupRequester,
  by: readonly DimensionName[],
  years: readonly number[],
): Promise<GroupTable> {
  const names = dimensionsOf(by, years);
  for (const name of ['year', ...by] as const) checkReleased(group, name);
  const { members, population } = group;
  const residents = await population.residents(members, years);
  const tables: TableRequest[] = [];
  for (const [index, year] of years.entries()) {
    const dimensions: Dimension[] = [];
    for (const name of names) dimensions.push(await population.dimension(name, year));
    tables.push({ members: residents[index]!.words, dimensions });
  }
  const answer = await protect(requester, ['table', by, years], tables);
  const cells = years.flatMap((year, index) => {
    const { counts } = answer.tables[index]!;
    const ofYear = by.includes('year') ? { year } : {};
    return counts.map(
      (count, cell) => new GroupCell({ ...ofYear, ...categoriesAt(group, names, cell) }, count),
    );
  });
  return new GroupTable(answer.protection, cells);
}

function dimensionsOf(by: readonly DimensionName[], years: readonly number[]): readonly CategoryDimension[] {
  const names = by.filter((name) => name !== 'year');
  if (by.length > MAX_DIMENSIONS || new Set(by).size < by.length)
    throw badInput(`A table has up to ${MAX_DIMENSIONS} dimensions, each once.`);
  if (years.length < 1 || years.length > MAX_YEARS || new Set(years).size < years.length)
    throw badInput(`A table needs 1 to ${MAX_YEARS} years, each once.`);
  if (!by.includes('year') && years.length > 1)
    throw badInput('A table of several years needs YEAR among its dimensions.');
  return names;
}

/** The categories of a cell: row-major, each dimension with its total last. */
function categoriesAt(
  { population }: CohortGroup,
  names: readonly CategoryDimension[],
  cell: number,
): Record<string, string | CodedValue> {
  const found: Record<string, string | CodedValue> = {};
  let rest = cell;
  for (const name of names.toReversed()) {
    const categories = population.categories(name);
    const category = categories[rest % (categories.length + 1)];
    if (category !== undefined) found[name] = name === 'ageBand' ? category : categoryCoding(name, category);
    rest = Math.floor(rest / (categories.length + 1));
  }
  return found;
}

/** The code lists of the population register for the categories of dimensions. Bands of ages are no codes. */
const lists: Readonly<Record<CategoryDimension, string>> = {
  sex: 'sexes',
  district: 'districts',
  ageBand: 'ageBands',
  familyType: 'familyTypes',
};

/** A category of a dimension, which has a label if it is a code. */
export function categoryCoding(name: CategoryDimension, category: string): CodedValue {
  return new CodedValue(`population/${lists[name]}`, category);
}

/** @throws PolkuError PURPOSE_NOT_PERMITTED if the owner does not release the data of a dimension */
export function checkReleased(group: Pick<CohortGroup, 'has' | 'language'>, name: DimensionName): void {
  if (group.has(name)) return;
  throw notReleased(
    {
      en: `The population register does not release the data behind ${name} to groups for this purpose.`,
      fi: `Väestörekisteri ei luovuta ulottuvuuden ${name} tietoja ryhmistä tähän tarkoitukseen.`,
      sv: `Befolkningsregistret lämnar inte ut uppgifterna bakom ${name} om grupper för detta ändamål.`,
    },
    group.language,
    { registry: 'population' },
  );
}
