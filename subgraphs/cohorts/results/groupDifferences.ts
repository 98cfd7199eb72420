import type { ProtectedAnswer, Protection, TableRequest } from '../../../disclosure-control/groupQuestion.js';
import type { PolkuError } from '../../../lib/errors.js';
import { Field, Float, ObjectType } from '../../../lib/typeGraphql.js';
import { CodedValue } from '../../../registry-kit/codes/codedValue.js';
import { badInput } from '../../../registry-kit/criteria/groupFilter.js';
import type { PersonSet } from '../../../schema/personSet.js';
import type { CohortGroup } from '../group/cohortGroup.js';
import { categoriesOf, type CategoryDimension } from '../group/populationColumns.js';
import { type MemberSector, serviceAt, serviceSets } from '../members.js';
import { type AskedResult, type GroupRequester, protect } from '../protect.js';
import { categoryCoding, checkReleased } from './groupTable.js';
import { frequencyRatio, ProtectedResult } from './protectedResult.js';

@ObjectType({
  simpleResolvers: true,
  description:
    'A characteristic that is more or less frequent in a group than in the group it is compared with.',
})
export class GroupDifference {
  @Field(() => String, { nullable: true, description: 'service, or a dimension such as ageBand.' })
  readonly characteristic: string;

  @Field(() => String, { nullable: true, description: 'The registry, if it is a service.' })
  readonly sector: string | null;

  @Field(() => CodedValue, { nullable: true, description: 'The service or the category.' })
  readonly category: CodedValue;

  @Field(() => Float, { nullable: true, description: 'Its share in the group, 0 to 1.' })
  readonly share: number;

  @Field(() => Float, { nullable: true, description: 'Its share in the other group.' })
  readonly otherShare: number;

  @Field(() => Float, { nullable: true, description: 'The share divided by the other share.' })
  readonly ratio: number;

  @Field(() => Float, {
    nullable: true,
    description: 'The lower end of the 95 % confidence interval of the ratio.',
  })
  readonly low: number;

  @Field(() => Float, { nullable: true, description: 'The upper end of that interval.' })
  readonly high: number;

  constructor(difference: GroupDifference) {
    this.characteristic = difference.characteristic;
    this.sector = difference.sector;
    this.category = difference.category;
    this.share = difference.share;
    this.otherShare = difference.otherShare;
    this.ratio = difference.ratio;
    this.low = difference.low;
    this.high = difference.high;
  }
}

@ObjectType({ simpleResolvers: true })
export class GroupDifferences extends ProtectedResult {
  @Field(() => [GroupDifference], { nullable: true, description: 'The largest first.' })
  readonly items: readonly GroupDifference[];

  constructor(protection: Protection, items: readonly GroupDifference[]) {
    super(protection);
    this.items = items;
  }
}

const DIMENSIONS: readonly CategoryDimension[] = ['sex', 'ageBand', 'district', 'familyType'];

/** The dimensions that a comparison uses, of those that the owner releases. */
function comparedDimensions(group: Pick<CohortGroup, 'has' | 'language'>): readonly CategoryDimension[] {
  checkReleased(group, 'year');
  return DIMENSIONS.filter((name) => group.has(name));
}

/**
 * A comparison of characteristics as a question: for each dimension, a table of each group.
 * @param districts the code list
 * @throws PolkuError PURPOSE_NOT_PERMITTED
 */
export function askedPersonalDifferences(
  group: Pick<CohortGroup, 'has' | 'language'>,
  year: number,
  districts: readonly string[],
): AskedResult {
  const tables = comparedDimensions(group).flatMap((name) => {
    const table = { dimensions: [{ size: categoriesOf(name, districts).length }] };
    return [table, table];
  });
  return { result: ['personalDifferences', year], tables };
}

/** Characteristics that are more or less frequent in a group than in another, at the end of a year. */
export async function personalDifferences(
  group: CohortGroup,
  other: PersonSet,
  requester: GroupRequester,
  year: number,
): Promise<GroupDifferences> {
  const { members, population } = group;
  const names = comparedDimensions(group);
  const [own] = await population.residents(members, [year]);
  const [others] = await population.residents(other, [year]);
  const tables: TableRequest[] = [];
  for (const name of names) {
    const dimensions = [await population.dimension(name, year)];
    for (const { words } of [own!, others!]) tables.push({ members: words, dimensions });
  }
  const answer = await protect(requester, ['personalDifferences', year], tables);
  const items = names.flatMap((name, index) => {
    const [own, others] = [answer.tables[2 * index]!.counts, answer.tables[2 * index + 1]!.counts];
    return population
      .categories(name)
      .flatMap((category, at) =>
        difference(
          answer,
          { characteristic: name, sector: null, category: categoryCoding(name, category) },
          [own[at]!, own.at(-1)!],
          [others[at]!, others.at(-1)!],
        ),
      );
  });
  return new GroupDifferences(answer.protection, largestFirst(items));
}

/**
 * A comparison of services as a question: the size of each group, and of the users of each service in it.
 * @param period first and last day
 */
export function askedServiceDifferences(
  sectors: readonly Pick<MemberSector, 'services'>[],
  period: readonly [from: number, until: number],
): AskedResult {
  const services = sectors.reduce((sum, sector) => sum + sector.services.length, 0);
  const tables = Array.from({ length: 2 * (1 + services) }, () => ({ dimensions: [] }));
  return { result: ['serviceDifferences', ...period], tables };
}

/** Services that members used more or less often than the members of another group. */
export async function serviceDifferences(
  sets: readonly [own: PersonSet, other: PersonSet],
  sectors: readonly MemberSector[],
  requester: GroupRequester,
  period: readonly [from: number, until: number],
): Promise<GroupDifferences> {
  const counted: PersonSet[] = [];
  for (const members of sets) {
    const users = await serviceSets(members, sectors, 1, () => 0);
    counted.push(members, ...users.map(([ofService]) => ofService!));
  }
  const tables = counted.map(({ words }) => ({ members: words, dimensions: [] }));
  const answer = await protect(requester, ['serviceDifferences', ...period], tables);
  const counts = answer.tables.map((table) => table.counts[0]!);
  const [own, others] = [counts.slice(0, counts.length / 2), counts.slice(counts.length / 2)];
  const items = own.slice(1).flatMap((count, number) => {
    const { sector, service } = serviceAt(sectors, number);
    const category = new CodedValue(`${sector}/services`, service);
    const what = { characteristic: 'service', sector, category };
    return difference(answer, what, [count, own[0]!], [others[number + 1]!, others[0]!]);
  });
  return new GroupDifferences(answer.protection, largestFirst(items));
}

function difference(
  { protection }: ProtectedAnswer,
  what: Pick<GroupDifference, 'characteristic' | 'sector' | 'category'>,
  own: readonly [number | null, number | null],
  other: readonly [number | null, number | null],
): GroupDifference[] {
  const ratio = frequencyRatio(own, other, protection.parameters.noise.variance);
  return ratio ? [new GroupDifference({ ...what, ...ratio })] : [];
}

function largestFirst(items: readonly GroupDifference[]): readonly GroupDifference[] {
  const size = ({ ratio }: GroupDifference): number => Math.abs(Math.log(ratio));
  return items.toSorted((a, b) => size(b) - size(a));
}

/** The error of a comparison without a group to compare with. */
export function notCompared(): PolkuError {
  return badInput('Name a group to compare with in the argument comparedWith of the cohort.');
}
