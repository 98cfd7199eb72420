import { PolkuError } from '../../lib/errors.js';
import {
  Arg,
  Ctx,
  Field,
  Float,
  ID,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '../../lib/typeGraphql.js';
import { type Day, formatDay, parseDay } from '../../lib/calendar.js';
import { DateScalar } from '../../schema/scalars.js';
import type { PersonMarks } from '../audit/personMarks.js';
import type { UnusualFinding } from '../audit/unusualAccess.js';
import { HABIT_DAYS, ruleTerms, type UnusualRule } from '../audit/unusualRules.js';
import type { GovernanceContext } from './access.js';

const LONGEST_PERIOD = 366;

enum UnusualAccessRule {
  MANY_PEOPLE = 'MANY_PEOPLE',
  UNUSUAL_HOURS = 'UNUSUAL_HOURS',
  OWN_PEOPLE = 'OWN_PEOPLE',
  MANY_READERS = 'MANY_READERS',
  REPEATED_BREAK_GLASS = 'REPEATED_BREAK_GLASS',
  PROBING = 'PROBING',
}
registerEnumType(UnusualAccessRule, {
  name: 'UnusualAccessRule',
  description: 'The rules for unusual access. docs/unusual-access.md explains each with its limits.',
  valuesConfig: {
    MANY_PEOPLE: {
      description: `A reader read data of many more people in a day than usual: than the own median of the ${HABIT_DAYS} days before, or that of the role.`,
    },
    UNUSUAL_HOURS: { description: 'A reader who seldom works at night read data between 21 and 6.' },
    OWN_PEOPLE: {
      description: 'A reader read data of a person that the same login has read as a resident, about itself.',
    },
    MANY_READERS: { description: 'Data of one person was read by many different readers in one day.' },
    REPEATED_BREAK_GLASS: { description: 'A reader used break-glass several times in a day.' },
    PROBING: {
      description: 'A reader was refused, or looked up codes that nobody has, many times in a day.',
    },
  },
});

const rules: Readonly<Record<UnusualRule, UnusualAccessRule>> = {
  'many-people': UnusualAccessRule.MANY_PEOPLE,
  'unusual-hours': UnusualAccessRule.UNUSUAL_HOURS,
  'own-people': UnusualAccessRule.OWN_PEOPLE,
  'many-readers': UnusualAccessRule.MANY_READERS,
  'repeated-break-glass': UnusualAccessRule.REPEATED_BREAK_GLASS,
  probing: UnusualAccessRule.PROBING,
};

enum UsualOf {
  READER = 'READER',
  ROLE = 'ROLE',
}
registerEnumType(UsualOf, {
  name: 'UsualOf',
  description: 'Whose habit a number is compared with.',
  valuesConfig: {
    READER: { description: 'The reader’s own.' },
    ROLE: { description: 'That of readers with the same roles, because the reader has none yet.' },
  },
});

@ObjectType({ description: 'What a rule found on one day. A finding is a question, not an accusation.' })
export class UnusualAccessFinding {
  @Field(() => UnusualAccessRule)
  readonly rule!: UnusualAccessRule;

  @Field(() => DateScalar, { description: 'The day in Finland.' })
  readonly day!: Day;

  @Field(() => String, { nullable: true, description: 'The reader, if the finding is about one.' })
  readonly reader!: string | null;

  @Field(() => String, { nullable: true, description: 'The organisation of the reader.' })
  readonly recipient!: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'If the finding is about a person: a mark that "auditLog" takes. It is of your organisation and purpose, and no id of a person.',
  })
  readonly mark!: string | null;

  @Field(() => Int, { description: 'What the rule counted: people, readers, uses or refusals.' })
  readonly count!: number;

  @Field(() => Int, { description: 'From this number on, the rule finds it.' })
  readonly limit!: number;

  @Field(() => Float, { nullable: true, description: 'What is usual in a day, if the rule compares.' })
  readonly usual!: number | null;

  @Field(() => UsualOf, { nullable: true })
  readonly usualOf!: UsualOf | null;

  @Field(() => [String], { description: 'The law that asks for the control.' })
  readonly basis!: readonly string[];

  @Field(() => [ID], { description: 'The first decisions that were counted.' })
  readonly decisionIds!: readonly string[];
}

@ObjectType({ description: 'Findings of all rules over a period.' })
export class UnusualAccessReport {
  @Field(() => [UnusualAccessFinding], { description: 'Newest first.' })
  readonly findings!: readonly UnusualAccessFinding[];

  @Field(() => Int, { description: 'Decisions that the rules saw, with those before the period.' })
  readonly decisions!: number;

  @Field(() => Boolean, { description: 'Whether the oldest findings were left out, because there are many.' })
  readonly isCut!: boolean;
}

@Resolver()
export class UnusualAccessResolver {
  @Query(() => UnusualAccessReport, {
    nullable: true,
    description:
      'Applies the rules for unusual access to a period. It reads the log, so it may take a while.',
  })
  async unusualAccess(
    @Ctx() { decision, oversight, client }: GovernanceContext,
    @Arg('from', () => DateScalar, { description: 'The first day.' }) from: Day,
    @Arg('until', () => DateScalar, { description: `The last day, at most ${LONGEST_PERIOD} days later.` })
    until: Day,
  ): Promise<UnusualAccessReport> {
    if (until < from || until - from > LONGEST_PERIOD)
      throw new PolkuError(
        'BAD_USER_INPUT',
        `Expected "until" to be from 0 to ${LONGEST_PERIOD} days after "from".`,
      );
    const { purpose, caller } = decision;
    const marks = oversight.marks({ purpose, recipient: caller.recipient });
    const period = { from: formatDay(from), until: formatDay(until) };
    const found = await oversight.checks.unusual(period, { subject: caller.subject, client });
    return { ...found, findings: found.findings.map((finding) => describeFinding(finding, marks)) };
  }
}

function describeFinding(finding: UnusualFinding, marks: PersonMarks): UnusualAccessFinding {
  const { rule, day, subject, recipient, person, count, limit, usual, habit, decisionIds } = finding;
  return {
    rule: rules[rule],
    day: parseDay(day)!,
    reader: subject ?? null,
    recipient: recipient ?? null,
    mark: person === undefined ? null : marks.of(person),
    count,
    limit,
    usual: usual ?? null,
    usualOf: habit === undefined ? null : habit === 'own' ? UsualOf.READER : UsualOf.ROLE,
    basis: ruleTerms.get(rule)!.basis,
    decisionIds,
  };
}
