import { concatAST, parse } from 'graphql';
import type { Amendment } from '../../lib/buildFederatedSchema.js';
import type { Day } from '../../lib/calendar.js';
import { Field, InputType, Int, registerEnumType } from '../../lib/typeGraphql.js';
import type { ArgumentDefinition, Criteria, Criterion } from '../../registry-kit/criteria/criterion.js';
import { badInput, familyParts, type FilterCriterion } from '../../registry-kit/criteria/groupFilter.js';
import type { RequestAccess } from '../../registry-kit/enforcement/requestAccess.js';
import type { Language } from '../../schema/language.js';
import { DateScalar } from '../../schema/scalars.js';
import type { CohortSource, CohortsStore } from './cohortsStore.js';
import { notReleased } from './group/groupFacts.js';

/** {@link declareCriteria} adds a field for each criterion that has events. */
@InputType({ description: 'One kind of event: exactly one of these.' })
class CohortEvent {}

const FamilyMemberPart = Object.fromEntries(familyParts.map((part) => [part.toUpperCase(), part]));
registerEnumType(FamilyMemberPart, { name: 'FamilyPart', description: 'Which members of a family.' });

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

/** {@link declareCriteria} adds a field for each criterion. */
@InputType({
  description:
    'Which persons belong to a group. With several entries a person must meet all of them; { all: [] } is everybody.',
})
export class CohortFilter {
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

@InputType({ description: 'How long it takes from the first event of one kind to the first of another.' })
export class TimeToEventInput {
  @Field(() => CohortEvent, { description: 'The first such event begins the time.' })
  from!: object;

  @Field(() => CohortEvent, { description: 'The first such event on a later day ends it.' })
  event!: object;

  @Field(() => DateScalar, { description: 'The last day on which events count.' })
  until!: Day;
}

/** Adds the criteria of the registries present to filters and events, each with an input type of its own. */
export function declareCriteria(criteria: Criteria): Amendment {
  const named = Object.entries(criteria);
  const events = named.filter(([, { events }]) => events);
  const sdl = parse(
    `
    extend input CohortFilter { ${named.map(criterionField).join('\n')} }
    extend input CohortEvent { ${events.map(criterionField).join('\n')} }
    ${named.map(criterionInput).join('\n')}
    "A range of whole numbers, both ends included; either end may be omitted."
    input NumberRange { from: Int, until: Int }
    `,
    { noLocation: true },
  );
  return (declared) => concatAST([declared, sdl]);
}

function criterionField([name, criterion]: [string, Criterion]): string {
  const { description } = criterion;
  return inputField({ name, type: inputName(name), description, takes: criterion.tests({}) });
}

function criterionInput([name, criterion]: [string, Criterion]): string {
  const always = criterion.tests({});
  const fields = Object.entries(criterion.arguments).map(([argument, { kind, required, description }]) =>
    inputField({
      name: argument,
      type: required ? `${ARGUMENT_TYPES[kind]}!` : ARGUMENT_TYPES[kind],
      description,
      // Coordinates that are tested only if this argument is given, whatever its value.
      takes: criterion.tests({ [argument]: [] }).filter((coordinate) => !always.includes(coordinate)),
    }),
  );
  return `${JSON.stringify(criterion.description)} input ${inputName(name)} { ${fields.join('\n')} }`;
}

const ARGUMENT_TYPES: Readonly<Record<ArgumentDefinition['kind'], string>> = {
  codes: '[String!]',
  range: 'NumberRange',
  day: 'Date',
  count: 'Int',
  year: 'Int',
};

function inputName(criterion: string): string {
  return `${criterion[0]!.toUpperCase()}${criterion.slice(1)}Criterion`;
}

/** @param field.takes the coordinates that owners must release to groups before the field is usable */
function inputField(field: {
  readonly name: string;
  readonly type: string;
  readonly description: string;
  readonly takes: readonly string[];
}): string {
  const { name, type, description, takes } = field;
  const directive = takes.length > 0 ? `@takes(type: "Cohort", fields: ${JSON.stringify(takes)})` : '';
  return `${JSON.stringify(description)} ${name}: ${type} ${directive}`;
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
 * @param language of the refusal
 * @throws PolkuError PURPOSE_NOT_PERMITTED
 */
export function checkReleases(
  { criterion, arguments: given }: FilterCriterion,
  { registry, criteria }: CohortSource,
  { decision }: RequestAccess,
  language: Language,
): void {
  const withheld = criteria[criterion]!.tests(given).find(
    (coordinate) => decision.derive('Cohort', coordinate).length === 0,
  );
  if (withheld === undefined) return;
  const { purpose } = decision;
  throw notReleased(
    {
      en: `The owner of ${registry} does not release ${withheld} to groups for "${purpose}", and ${criterion} tests it.`,
      fi: `Rekisterin ${registry} omistaja ei luovuta tietoa ${withheld} ryhmistä tarkoitukseen "${purpose}", ja ${criterion} käyttää sitä.`,
      sv: `Ägaren av registret ${registry} lämnar inte ut ${withheld} om grupper för "${purpose}", och ${criterion} använder den uppgiften.`,
    },
    language,
    { coordinate: withheld, registry, purpose, revision: decision.revision },
  );
}
