import { PolkuError } from '../../lib/errors.js';
import { FairQueue } from '../../lib/fairQueue.js';
import {
  Args,
  ArgsType,
  Ctx,
  Field,
  ID,
  Int,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '../../lib/typeGraphql.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import { inLanguage, type Language, type LocalizedText } from '../../schema/language.js';
import type { PersonKey } from '../../schema/keys.js';
import { PersonIDScalar } from '../../schema/scalars.js';
import type { AuditOutcome, AuditRecord } from '../audit/auditRecord.js';
import type { DecisionFilter } from '../audit/logPage.js';
import type { LoggedPerson } from '../audit/oversight.js';
import { peopleCount } from '../audit/reconcile.js';
import type { GovernanceContext } from './access.js';
import { categoriesShown } from './accessLog.js';

const MOST_DECISIONS = 200;
const LONGEST_TEXT = 200;

/** Pages of one caller wait for each other, because each may read a part of the log. */
const queue = new FairQueue({ atOnce: 2, perCaller: 1, waiting: 20 });

export enum DecisionOutcome {
  ANSWERED = 'ANSWERED',
  REFUSED = 'REFUSED',
  FAILED = 'FAILED',
}
registerEnumType(DecisionOutcome, {
  name: 'DecisionOutcome',
  description: 'How a request ended.',
  valuesConfig: {
    ANSWERED: { description: 'It was answered, wholly or in part.' },
    REFUSED: { description: 'A rule refused it.' },
    FAILED: { description: 'Something on the way did not work.' },
  },
});

@ObjectType({
  description:
    'A decision, as the audit log has it: who asked what for which purpose. It has no data of a registry.',
})
export class LoggedDecision {
  @Field(() => ID, { description: 'The decision id, which the reader has, too.' })
  readonly id!: string;

  @Field(() => String, { description: 'When the request came, by ISO 8601 in UTC.' })
  readonly at!: string;

  @Field(() => String, { description: 'The user or application, as its token names it.' })
  readonly reader!: string;

  @Field(() => String, { description: 'The organisation that received the data.' })
  readonly recipient!: string;

  @Field(() => String, { description: 'The name of the organisation, in the language of the request.' })
  readonly recipientLabel!: string;

  @Field(() => [String])
  readonly roles!: readonly string[];

  @Field(() => [String], { description: 'The names of the roles, in the language of the request.' })
  readonly roleLabels!: readonly string[];

  @Field(() => String, { nullable: true, description: 'The number of a research permit.' })
  readonly permit!: string | null;

  @Field(() => String, { nullable: true, description: 'The purpose of use that the request named.' })
  readonly purpose!: string | null;

  @Field(() => String, { nullable: true })
  readonly purposeLabel!: string | null;

  @Field(() => String, { nullable: true, description: 'The name of the operation.' })
  readonly operation!: string | null;

  @Field(() => [String], { description: 'Categories of data that were requested and shown.' })
  readonly categories!: readonly string[];

  @Field(() => [String], { description: 'Fields that were requested and shown: Type.field.' })
  readonly coordinates!: readonly string[];

  @Field(() => [String], { description: 'Fields that were made coarser by a mask.' })
  readonly masked!: readonly string[];

  @Field(() => [String], { description: 'Fields that were requested and not shown.' })
  readonly withheld!: readonly string[];

  @Field(() => [String], { description: 'Registries that answered.' })
  readonly registries!: readonly string[];

  @Field(() => Int, { description: 'How many people’s data was read.' })
  readonly people!: number;

  @Field(() => DecisionOutcome)
  readonly outcome!: DecisionOutcome;

  @Field(() => [String], { description: 'Error codes, by docs/errors.md.' })
  readonly codes!: readonly string[];

  @Field(() => String, { nullable: true, description: 'The reason that the reader stated for break-glass.' })
  readonly breakGlass!: string | null;

  @Field(() => Int, { description: 'Look-ups by identity code.' })
  readonly lookups!: number;

  @Field(() => Int, { description: 'Look-ups by identity code that found nobody.' })
  readonly lookupsMissed!: number;

  @Field(() => String, { nullable: true, description: 'The policy revision that decided.' })
  readonly revision!: string | null;
}

@ObjectType({ description: 'Some decisions of the audit log, newest first.' })
export class LoggedDecisionPage {
  @Field(() => [LoggedDecision])
  readonly decisions!: readonly LoggedDecision[];

  @Field(() => ID, {
    nullable: true,
    description:
      'Give it to "after" to read on. It is null at the beginning of the log. A page reads a limited part of the log, so it may have few decisions, or none, and still a cursor.',
  })
  readonly cursor!: string | null;

  @Field(() => String, { nullable: true, description: 'How far back the log was read; ISO 8601 in UTC.' })
  readonly readBackTo!: string | null;

  @Field(() => Int, {
    description: 'Lines on the way that were changed or damaged. Verify the log if there are any.',
  })
  readonly damaged!: number;
}

@ArgsType()
class DecisionArgs {
  @Field(() => PersonIDScalar, {
    nullable: true,
    description: 'Decisions that read data of this person. "personByIdentityCode" gives the id.',
  })
  readonly person!: PersonKey | null;

  @Field(() => ID, { nullable: true, description: 'Or of the person with this mark of a finding.' })
  readonly mark!: string | null;

  @Field(() => String, { nullable: true, description: 'Decisions for this user or application.' })
  readonly reader!: string | null;

  @Field(() => String, { nullable: true })
  readonly purpose!: string | null;

  @Field(() => String, { nullable: true })
  readonly recipient!: string | null;

  @Field(() => DecisionOutcome, { nullable: true })
  readonly outcome!: DecisionOutcome | null;

  @Field(() => Boolean, { nullable: true })
  readonly brokeGlass!: boolean | null;

  @Field(() => String, { nullable: true, description: 'Not before this time; ISO 8601.' })
  readonly from!: string | null;

  @Field(() => String, { nullable: true, description: 'Before this time; ISO 8601.' })
  readonly until!: string | null;

  @Field(() => Int, { defaultValue: 50, description: `At most ${MOST_DECISIONS}.` })
  readonly first!: number;

  @Field(() => ID, { nullable: true, description: 'The cursor of the page before.' })
  readonly after!: string | null;
}

@Resolver()
export class LoggedDecisionResolver {
  @Query(() => LoggedDecisionPage, {
    nullable: true,
    description:
      'Decisions of the audit log, newest first, for log control. An identity code goes to "personByIdentityCode" as a variable, and its id here.',
  })
  auditLog(
    @Args(() => DecisionArgs) args: DecisionArgs,
    @Ctx() context: GovernanceContext,
  ): Promise<LoggedDecisionPage> {
    const { decision, client } = context;
    return queue.run(decision.caller.subject, () => pageOf(args, context), client);
  }
}

async function pageOf(
  args: DecisionArgs,
  { decision, oversight, policy, client }: GovernanceContext,
): Promise<LoggedDecisionPage> {
  const { first, after } = args;
  if (first < 1 || first > MOST_DECISIONS)
    throw new PolkuError('BAD_USER_INPUT', `Expected "first" to be from 1 to ${MOST_DECISIONS}.`);
  const filter = filterOf(args);
  const about = loggedPersonOf(args, oversight.marks({ ...decision, recipient: decision.caller.recipient }));
  const page = { first, cursor: after ?? undefined };
  const found = about
    ? await oversight.decisionsAbout(about, filter, page, client)
    : await oversight.decisions(filter, page, client);
  return {
    decisions: found.records.map((record) => loggedDecision(record, policy, decision.language)),
    cursor: found.cursor ?? null,
    readBackTo: found.readBackTo ?? null,
    damaged: found.damaged,
  };
}

const outcomes: Readonly<Record<DecisionOutcome, AuditOutcome>> = {
  [DecisionOutcome.ANSWERED]: 'answered',
  [DecisionOutcome.REFUSED]: 'refused',
  [DecisionOutcome.FAILED]: 'failed',
};

function filterOf({
  reader,
  purpose,
  recipient,
  outcome,
  brokeGlass,
  from,
  until,
}: DecisionArgs): DecisionFilter {
  return {
    subject: textOf('reader', reader),
    purpose: textOf('purpose', purpose),
    recipient: textOf('recipient', recipient),
    outcome: outcome ? outcomes[outcome] : undefined,
    brokeGlass: brokeGlass ?? undefined,
    from: timeOf('from', from),
    until: timeOf('until', until),
  };
}

function textOf(name: string, text: string | null): string | undefined {
  if (text === null || text === undefined) return undefined;
  if (text.length > LONGEST_TEXT || holdsIdentityCode(text))
    throw new PolkuError(
      'BAD_USER_INPUT',
      `Expected "${name}" to be a name of at most ${LONGEST_TEXT} characters as the log has it. An identity code goes to "personByIdentityCode".`,
    );
  return text;
}

/** A time of the log: UTC, with milliseconds. */
export function timeOf(name: string, text: string | null): string | undefined {
  if (text === null || text === undefined) return undefined;
  if (/^\d{4}-\d\d-\d\d(T[\d:.]{5,12}(Z|[+-]\d\d:\d\d))?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return new Date(text).toISOString();
  throw new PolkuError(
    'BAD_USER_INPUT',
    `Expected "${name}" to be a time such as "2026-05-14T08:00:00Z", or a day such as "2026-05-14".`,
  );
}

function loggedPersonOf(
  { person, mark }: DecisionArgs,
  marks: { digestOf(mark: string): string | undefined },
): LoggedPerson | undefined {
  const isGiven = (value: unknown) => value !== null && value !== undefined;
  if (isGiven(person) && isGiven(mark))
    throw new PolkuError('BAD_USER_INPUT', 'Give "person" or "mark", not both.');
  if (isGiven(person)) return { person: person! };
  if (!isGiven(mark)) return undefined;
  const digest = marks.digestOf(mark!);
  if (digest === undefined) throw new PolkuError('ID_UNKNOWN', 'The mark is none of this log.');
  return { digest };
}

/** A record as the log controller sees it. People are a number. */
export function loggedDecision(record: AuditRecord, policy: Policy, language: Language): LoggedDecision {
  const nameOf = (label: LocalizedText | undefined, id: string) => (label ? inLanguage(label, language) : id);
  const { decisionId, time, subject, recipient, roles, permit, purpose, operation, outcome } = record;
  const { coordinates, masked, withheld, fetches, codes, breakGlass, lookups, revision } = record;
  return {
    id: decisionId,
    at: time,
    reader: subject,
    recipient,
    recipientLabel: nameOf(policy.recipientLabel(recipient), recipient),
    roles,
    roleLabels: roles.map((role) => nameOf(policy.roles.get(role)?.label, role)),
    permit: permit ?? null,
    purpose: purpose ?? null,
    purposeLabel: purpose === undefined ? null : nameOf(policy.purposes.get(purpose)?.label, purpose),
    operation: operation?.name ?? null,
    categories: categoriesShown(coordinates, policy),
    coordinates: coordinates.filter((coordinate) => !coordinate.includes('(')),
    masked,
    withheld,
    registries: Object.keys(fetches).sort(),
    people: peopleCount(record),
    outcome: DecisionOutcome[outcome.toUpperCase() as keyof typeof DecisionOutcome],
    codes,
    breakGlass: breakGlass ?? null,
    lookups: lookups?.asked ?? 0,
    lookupsMissed: lookups?.missed ?? 0,
    revision: revision ?? null,
  };
}
