import { PolkuError } from '../../lib/errors.js';
import { Directive, Field, InputType, Int, registerEnumType } from '../../lib/typeGraphql.js';
import type { ArgumentDefinition, Criteria, Criterion } from '../../registry-kit/criteria/criterion.js';
import { badInput, familyParts, type FilterCriterion } from '../../registry-kit/criteria/groupFilter.js';
import type { RequestAccess } from '../../registry-kit/enforcement/requestAccess.js';
import { DateScalar } from '../../schema/scalars.js';
import type { CohortSource, CohortsStore } from './cohortsStore.js';

type InputClass = new () => object;

const FamilyMemberPart = Object.fromEntries(familyParts.map((part) => [part.toUpperCase(), part]));
registerEnumType(FamilyMemberPart, { name: 'FamilyPart', description: 'Which members of a family.' });

@InputType({ description: 'A range of whole numbers, both ends included; either end may be omitted.' })
class NumberRange {
  @Field(() => Int, { nullable: true })
  from?: number | null;

  @Field(() => Int, { nullable: true })
  until?: number | null;
}

/** The input types of filters and events, generated from the criteria of the available registries. */
export function filterInputs(criteria: Criteria): { CohortFilter: InputClass; CohortEvent: InputClass } {
  const inputs = Object.entries(criteria).map(([name, criterion]) => ({
    name,
    criterion,
    input: criterionInput(name, criterion),
  }));

  @InputType({ description: 'One kind of event: exactly one of these.' })
  class CohortEvent {}
  for (const { name, criterion, input } of inputs)
    if (criterion.events)
      declare(CohortEvent, name, () => input, { ...criterion, takes: criterion.tests({}) });

  @InputType({
    description: 'Persons whose family had, at the end of a year, a member who meets a filter.',
  })
  class FamilyFilter {
    @Field(() => FamilyMemberPart, { description: 'Which member must meet it.' })
    member!: string;

    @Field(() => Int, { description: 'The year.' })
    atEndOf!: number;

    @Field(() => CohortFilter)
    where!: object;
  }

  @InputType({ description: 'Persons who had one event, and another event after it.' })
  class SequenceFilter {
    @Field(() => CohortEvent)
    first!: object;

    @Field(() => CohortEvent, { description: 'On a later day.' })
    next!: object;

    @Field(() => Int, { description: 'The most months between the two events.' })
    withinMonths!: number;
  }

  @InputType({
    description:
      'Which persons belong to a group. With several entries a person must meet all of them; { all: [] } is everybody.',
  })
  class CohortFilter {
    @Field(() => [CohortFilter], { nullable: true, description: 'Persons who meet all of these.' })
    all?: object[] | null;

    @Field(() => [CohortFilter], { nullable: true, description: 'Persons who meet at least one of these.' })
    any?: object[] | null;

    @Field(() => CohortFilter, {
      nullable: true,
      description:
        'Persons who are known not to meet this. People whose data may not be used are in neither group.',
    })
    not?: object | null;

    @Field(() => FamilyFilter, { nullable: true })
    family?: FamilyFilter | null;

    @Field(() => SequenceFilter, { nullable: true })
    sequence?: SequenceFilter | null;
  }
  for (const { name, criterion, input } of inputs)
    declare(CohortFilter, name, () => input, { ...criterion, takes: criterion.tests({}) });

  return { CohortFilter, CohortEvent };
}

function criterionInput(name: string, criterion: Criterion): InputClass {
  const { description, arguments: given } = criterion;
  class CriterionInput {}
  InputType(`${name[0]!.toUpperCase()}${name.slice(1)}Criterion`, { description })(CriterionInput);
  for (const [argument, definition] of Object.entries(given)) {
    // Coordinates that are tested only if this argument is given, whatever its value.
    const takes = criterion
      .tests({ [argument]: [] })
      .filter((coordinate) => !criterion.tests({}).includes(coordinate));
    declare(CriterionInput, argument, () => inputType(definition), { ...definition, takes });
  }
  return CriterionInput;
}

function inputType({ kind }: ArgumentDefinition): unknown {
  switch (kind) {
    case 'codes':
      return [String];
    case 'range':
      return NumberRange;
    case 'day':
      return DateScalar;
    case 'count':
    case 'year':
      return Int;
  }
}

function declare(
  input: InputClass,
  name: string,
  type: () => unknown,
  {
    description,
    required = false,
    takes,
  }: { readonly description: string; readonly required?: boolean; readonly takes: readonly string[] },
): void {
  const prototype = input.prototype as object;
  Field(type as () => typeof Int, { nullable: !required, description })(prototype, name);
  const fields = takes.map((coordinate) => JSON.stringify(coordinate)).join(', ');
  if (takes.length > 0) Directive(`@takes(type: "Cohort", fields: [${fields}])`)(prototype, name);
}

/**
 * Checks that codes are in the registry's code list. Otherwise a typing error would look like a group without
 * members.
 * @throws PolkuError BAD_USER_INPUT
 */
export function checkCodes(
  { criterion, arguments: given }: FilterCriterion,
  { registry, criteria }: CohortSource,
  { codes }: CohortsStore,
): void {
  for (const [name, { list }] of Object.entries(criteria[criterion]!.arguments)) {
    if (list === undefined) continue;
    const known = new Set(codes(registry, list));
    const unknown = ((given[name] ?? []) as readonly string[]).find((code) => !known.has(code));
    if (unknown !== undefined)
      throw badInput(
        `There is no "${unknown}" in the list "${list}" of ${registry}; ${criterion}.${name} accepts its codes only.`,
      );
  }
}

/**
 * Refuses a criterion that tests a field that its owner does not release to groups. The owner's registry
 * checks it again.
 * @throws PolkuError PURPOSE_NOT_PERMITTED
 */
export function checkReleases(
  { criterion, arguments: given }: FilterCriterion,
  { registry, criteria }: CohortSource,
  { decision }: RequestAccess,
): void {
  const withheld = criteria[criterion]!.tests(given).find(
    (coordinate) => decision.derive('Cohort', coordinate).length === 0,
  );
  if (withheld === undefined) return;
  throw new PolkuError(
    'PURPOSE_NOT_PERMITTED',
    `The owner of ${registry} does not release ${withheld} to groups for "${decision.purpose}", and ${criterion} tests it.`,
    { coordinate: withheld, registry, purpose: decision.purpose, revision: decision.revision },
  );
}
