import { Ctx, Field, ObjectType, Query, registerEnumType, Resolver } from '../../lib/typeGraphql.js';
import type { ArgumentDefinition, Criterion } from '../../registry-kit/criteria/criterion.js';
import type { RequestContext } from '../../registry-kit/subgraph/requestContext.js';
import type { CohortSource, CohortsStore } from './cohortsStore.js';

const CriterionArgumentKind = {
  CODES: 'codes',
  RANGE: 'range',
  COUNT: 'count',
  DAY: 'day',
  YEAR: 'year',
} as const satisfies Record<string, ArgumentDefinition['kind']>;
registerEnumType(CriterionArgumentKind, {
  name: 'CriterionArgumentKind',
  description:
    'CODES: one of them must match. RANGE: whole numbers from and until. COUNT: at least so many. DAY: a date. YEAR: a calendar year.',
});

@ObjectType({
  simpleResolvers: true,
  description: 'An argument of a criterion. Its input type has the description.',
})
export class CriterionArgument {
  @Field(() => String, { nullable: true })
  readonly name: string;

  @Field(() => CriterionArgumentKind, { nullable: true })
  readonly kind: ArgumentDefinition['kind'];

  @Field(() => Boolean, { nullable: true })
  readonly required: boolean;

  @Field(() => String, {
    nullable: true,
    description: 'The code list of the registry that has its codes. null: it takes no codes, or other codes.',
  })
  readonly codeList: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'All codes that it takes, if they are few and fixed, or in a code list.',
  })
  readonly codes: readonly string[] | null;

  constructor(name: string, definition: ArgumentDefinition, codes: readonly string[] | null) {
    this.name = name;
    this.kind = definition.kind;
    this.required = definition.required === true;
    this.codeList = definition.list ?? null;
    this.codes = codes;
  }
}

@ObjectType({
  simpleResolvers: true,
  description: 'A criterion of CohortFilter, as a form needs it: what its input type leaves out.',
})
export class GroupCriterion {
  @Field(() => String, { nullable: true, description: 'The name of the field of CohortFilter.' })
  readonly name: string;

  @Field(() => String, { nullable: true, description: 'The registry that evaluates it.' })
  readonly registry: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether it has days, so that a sequence and timeTo accept it.',
  })
  readonly isEvent: boolean;

  @Field(() => [CriterionArgument], { nullable: true })
  readonly arguments: readonly CriterionArgument[];

  constructor(criterion: GroupCriterion) {
    this.name = criterion.name;
    this.registry = criterion.registry;
    this.isEvent = criterion.isEvent;
    this.arguments = criterion.arguments;
  }
}

@Resolver()
export class GroupCriteriaResolver {
  constructor(private readonly sources: readonly CohortSource[]) {}

  @Query(() => [GroupCriterion], {
    nullable: true,
    description:
      'The criteria by which this caller may define a group for this purpose. It depends on policy only.',
  })
  groupCriteria(
    @Ctx() { access: { decision }, store }: RequestContext<CohortsStore>,
  ): readonly GroupCriterion[] {
    const isReleased = (coordinate: string): boolean => decision.derive('Cohort', coordinate).length > 0;
    return this.sources.flatMap(({ registry, criteria }) =>
      Object.entries(criteria)
        .filter(([, criterion]) => criterion.tests({}).every(isReleased))
        .map(([name, criterion]) => describeCriterion(name, registry, criterion, isReleased, store)),
    );
  }
}

/** Lists the arguments that the owner releases to groups. */
function describeCriterion(
  name: string,
  registry: string,
  criterion: Criterion,
  isReleased: (coordinate: string) => boolean,
  { codes }: CohortsStore,
): GroupCriterion {
  const given = Object.entries(criterion.arguments).filter(([argument]) =>
    criterion.tests({ [argument]: [] }).every(isReleased),
  );
  return new GroupCriterion({
    name,
    registry,
    isEvent: criterion.events !== undefined,
    arguments: given.map(([argument, definition]) => {
      const { list, values } = definition;
      const all = values ?? (list === undefined ? null : codes(registry, list));
      return new CriterionArgument(argument, definition, all);
    }),
  });
}
