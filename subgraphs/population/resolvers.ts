import { type Day, yearOf } from '../../lib/calendar.js';
import {
  Arg,
  Args,
  ArgsType,
  Ctx,
  Directive,
  Field,
  FieldResolver,
  Int,
  Query,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import { CodedValue, codingAt } from '../../registry-kit/codes/codedValue.js';
import { codeAt } from '../../registry-kit/columns/table.js';
import { selectRows } from '../../registry-kit/contacts/selectRows.js';
import { familyIndexOf } from '../../registry-kit/person-flags/familyIndex.js';
import type { RegistryContext, Slice } from '../../registry-kit/subgraph/registryContext.js';
import { currentPerson } from '../../registry-kit/subgraph/requestContext.js';
import type { FamilyKey, PersonKey } from '../../schema/keys.js';
import { DateScalar, FamilyIDScalar, PersonIDScalar } from '../../schema/scalars.js';
import type { populationRegistry } from './tables.js';
import { Family, FamilyMember, FamilyMembership, Person } from './types.js';

type Context = RegistryContext<typeof populationRegistry>;

const MISSING_DAY = 'Without a day: those of all times.';

@ArgsType()
class MembershipArgs {
  @Field(() => DateScalar, { nullable: true, description: MISSING_DAY })
  @Directive('@tests(field: "FamilyMembership.startedAt")')
  on?: Day | null;
}

@ArgsType()
class MemberArgs {
  @Field(() => DateScalar, { nullable: true, description: MISSING_DAY })
  @Directive('@tests(field: "FamilyMember.startedAt")')
  on?: Day | null;
}

@Resolver(() => Person)
export class PersonResolver {
  @Query(() => Person, {
    nullable: true,
    description: 'A person whose id this recipient was given for this purpose.',
  })
  person(@Arg('id', () => PersonIDScalar) id: PersonKey, @Ctx() { mergedPersons }: Context): Person {
    return new Person(currentPerson(mergedPersons, id));
  }

  @Query(() => Person, {
    nullable: true,
    description:
      "The caller as a data subject: the person that the login service names in the caller's token.",
  })
  me(@Ctx() { decision }: Context): Person | null {
    return decision.person === undefined ? null : new Person(decision.person);
  }

  @FieldResolver(() => Int, { nullable: true })
  async birthYear(@Root() { id }: Person, @Ctx() { store }: Context): Promise<number | null> {
    const { table, from, to } = await store.rows.rows('persons', id);
    return from === to ? null : yearOf(table.columns.birth[from]!);
  }

  @FieldResolver(() => CodedValue, { nullable: true })
  async sex(@Root() { id }: Person, @Ctx() { store }: Context): Promise<CodedValue | null> {
    const { table, from, to } = await store.rows.rows('persons', id);
    return from === to ? null : codingAt('population/sexes', table.columns.sex, from);
  }

  @FieldResolver(() => CodedValue, { nullable: true, description: 'First language, by ISO 639-1.' })
  async language(@Root() { id }: Person, @Ctx() { store }: Context): Promise<CodedValue | null> {
    const { table, from, to } = await store.rows.rows('persons', id);
    return from === to ? null : codingAt('population/languages', table.columns.language, from);
  }

  // It has no argument for a day: with one, repeated questions would reveal when somebody moved, which no
  // owner shows.
  @FieldResolver(() => CodedValue, { nullable: true, description: 'District of residence, the last known.' })
  async district(@Root() { id }: Person, @Ctx() { store }: Context): Promise<CodedValue | null> {
    const { table, from, to } = await store.rows.rows('residences', id);
    return from === to ? null : codingAt('population/districts', table.columns.district, to - 1);
  }

  @FieldResolver(() => [FamilyMembership], {
    nullable: true,
    description: 'Families that the person is or was in.',
  })
  async families(
    @Root() { id }: Person,
    @Args(() => MembershipArgs) { on }: MembershipArgs,
    @Ctx() context: Context,
  ): Promise<FamilyMembership[]> {
    const slice = await context.store.rows.rows('memberships', id);
    const rows = membershipsOn(on, slice, 'FamilyMembership', context);
    return rows.map((row) => new FamilyMembership(slice.table, row));
  }
}

@Resolver(() => Family)
export class FamilyResolver {
  @Query(() => Family, {
    nullable: true,
    description: 'A family whose id this recipient was given for this purpose.',
  })
  family(@Arg('id', () => FamilyIDScalar) id: FamilyKey): Family {
    return new Family(id);
  }

  @FieldResolver(() => [FamilyMember], {
    nullable: true,
    description: 'People who are or were in the family.',
  })
  members(
    @Root() { id }: Family,
    @Args(() => MemberArgs) { on }: MemberArgs,
    @Ctx() context: Context,
  ): FamilyMember[] {
    const { memberships } = context.store.tables;
    const rows = membershipsOn(on, familyIndexOf(memberships).rowsOf(id), 'FamilyMember', context);
    return rows.map((row) => new FamilyMember(memberships, row));
  }
}

function membershipsOn(
  on: Day | null | undefined,
  rows: Slice | Iterable<number>,
  type: 'FamilyMembership' | 'FamilyMember',
  context: Context,
): number[] {
  const { memberships } = context.store.tables;
  return selectRows(memberships, rows, {
    period: { from: on, until: on },
    context,
    coordinate: type === 'FamilyMember' ? 'Family.members' : 'Person.families',
    type,
    ongoing: true,
    identity: (row, about) => {
      const { family, role } = memberships.columns;
      const [other, key] = type === 'FamilyMember' ? ['person', about.subject] : ['family', family[row]!];
      return JSON.stringify([
        context.access.maskedValue(`${type}.${other}`, about, key),
        context.access.maskedValue(`${type}.role`, about, codeAt(role, row) ?? ''),
      ]);
    },
  });
}
