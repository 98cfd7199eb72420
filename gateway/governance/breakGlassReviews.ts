import { PolkuError } from '../../lib/errors.js';
import {
  Arg,
  Ctx,
  Field,
  ID,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
} from '../../lib/typeGraphql.js';
import { holdsIdentityCode } from '../../schema/identityCodeText.js';
import type { BreakGlassPlace } from '../audit/breakGlassUses.js';
import type { ReviewEntry } from '../audit/logEntry.js';
import type { GovernanceContext } from './access.js';
import { LoggedDecision, loggedDecision } from './loggedDecisions.js';

const MOST_USES = 100;
/** A use that nobody has reviewed for longer than this is overdue. */
const REVIEW_DAYS = 7;
const DAY_MS = 86_400_000;
const SHORTEST_COMMENT = 10;
const LONGEST_COMMENT = 1_000;

enum BreakGlassVerdict {
  JUSTIFIED = 'JUSTIFIED',
  NOT_JUSTIFIED = 'NOT_JUSTIFIED',
}
registerEnumType(BreakGlassVerdict, {
  name: 'BreakGlassVerdict',
  description: 'What a log controller decided about a use of break-glass.',
  valuesConfig: {
    JUSTIFIED: { description: 'There was an emergency that the stated reason describes.' },
    NOT_JUSTIFIED: { description: 'There was none. The organisation of the reader handles what follows.' },
  },
});

@ObjectType({ description: 'What a log controller decided about a use of break-glass, and why.' })
export class BreakGlassReview {
  @Field(() => BreakGlassVerdict)
  readonly verdict!: BreakGlassVerdict;

  @Field(() => String)
  readonly comment!: string;

  @Field(() => String, { description: 'The user who reviewed it.' })
  readonly reviewer!: string;

  @Field(() => String, { description: 'The organisation of the reviewer.' })
  readonly recipient!: string;

  @Field(() => String, { description: 'ISO 8601 in UTC.' })
  readonly at!: string;
}

@ObjectType({ description: 'A use of break-glass, and its reviews.' })
export class BreakGlassUse {
  @Field(() => LoggedDecision)
  readonly decision!: LoggedDecision;

  @Field(() => [BreakGlassReview], { description: 'Newest first. The newest counts.' })
  readonly reviews!: readonly BreakGlassReview[];

  @Field(() => Boolean, { description: `Whether nobody has reviewed it for more than ${REVIEW_DAYS} days.` })
  readonly isOverdue!: boolean;

  @Field(() => Boolean, { description: 'Whether you used it, so that somebody else must review it.' })
  readonly isOwn!: boolean;
}

@ObjectType({ description: 'Uses of break-glass.' })
export class BreakGlassPage {
  @Field(() => [BreakGlassUse])
  readonly uses!: readonly BreakGlassUse[];

  @Field(() => ID, { nullable: true, description: 'Give it to "after" to read on; null at the end.' })
  readonly cursor!: string | null;

  @Field(() => Int, { description: 'Uses that nobody has reviewed, over the whole log.' })
  readonly unreviewed!: number;

  @Field(() => Int, { description: `Of these, uses older than ${REVIEW_DAYS} days.` })
  readonly overdue!: number;
}

@Resolver()
export class BreakGlassResolver {
  @Query(() => BreakGlassPage, {
    nullable: true,
    description: 'Uses of break-glass: those to review, oldest first, or those reviewed, newest first.',
  })
  async breakGlassUses(
    @Ctx() context: GovernanceContext,
    @Arg('reviewed', () => Boolean, { defaultValue: false }) reviewed: boolean,
    @Arg('first', () => Int, { defaultValue: 50, description: `At most ${MOST_USES}.` }) first: number,
    @Arg('after', () => ID, { nullable: true, description: 'The cursor of the page before.' })
    after: string | null,
  ): Promise<BreakGlassPage> {
    if (first < 1 || first > MOST_USES)
      throw new PolkuError('BAD_USER_INPUT', `Expected "first" to be from 1 to ${MOST_USES}.`);
    const { uses, reviews } = context.oversight;
    const [all, known] = [await uses.all(), await reviews.all()];
    const open = all.filter(({ decisionId }) => !known.has(decisionId));
    const listed = reviewed ? all.filter(({ decisionId }) => known.has(decisionId)).reverse() : open;
    // The use of a cursor may have been reviewed since, so the cursor has its time.
    const rest = after ? listed.filter(comesAfter(after, reviewed)) : listed;
    const page = rest.slice(0, first);
    const described = await Promise.all(page.map((use) => describeUse(use, context)));
    return {
      uses: described.flatMap((use) => use ?? []),
      cursor: rest.length > first ? cursorOf(page.at(-1)!) : null,
      unreviewed: open.length,
      overdue: open.filter(isOverdue).length,
    };
  }

  @Mutation(() => BreakGlassUse, {
    nullable: true,
    description:
      'Records what you decided about a use of break-glass that is not your own. An earlier review stays in the log, and the newest counts.',
  })
  async reviewBreakGlass(
    @Ctx() context: GovernanceContext,
    @Arg('decisionId', () => ID, { description: 'The decision that used break-glass.' }) decisionId: string,
    @Arg('verdict', () => BreakGlassVerdict) verdict: BreakGlassVerdict,
    @Arg('comment', () => String, {
      description: `Why, in ${SHORTEST_COMMENT} to ${LONGEST_COMMENT} characters, without names or identity codes.`,
    })
    comment: string,
  ): Promise<BreakGlassUse | undefined> {
    const { decision, oversight } = context;
    const { caller } = decision;
    const use = (await oversight.uses.all()).find((one) => one.decisionId === decisionId);
    const record = use && (await oversight.uses.recordAt(use));
    if (!record) throw new PolkuError('ID_UNKNOWN', 'No use of break-glass in the log has this decision id.');
    if (record.subject === caller.subject)
      throw new PolkuError(
        'OWN_USE',
        'You used break-glass here yourself. Another log controller must review it.',
      );
    await oversight.reviews.add({
      kind: 'review',
      time: new Date().toISOString(),
      decisionId,
      verdict: verdict === BreakGlassVerdict.JUSTIFIED ? 'justified' : 'not-justified',
      comment: commentOf(comment),
      recipient: caller.recipient,
      reviewer: caller.subject,
      under: decision.decisionId,
    });
    return describeUse(use!, context);
  }
}

/** @throws PolkuError BAD_USER_INPUT, IDENTITY_CODE_LITERAL */
function commentOf(text: string): string {
  const comment = text.trim();
  if (comment.length < SHORTEST_COMMENT || comment.length > LONGEST_COMMENT)
    throw new PolkuError(
      'BAD_USER_INPUT',
      `Say why in ${SHORTEST_COMMENT} to ${LONGEST_COMMENT} characters.`,
    );
  if (holdsIdentityCode(comment))
    throw new PolkuError(
      'IDENTITY_CODE_LITERAL',
      'An identity code must not be in the comment: the log stores it.',
    );
  return comment;
}

async function describeUse(
  use: BreakGlassPlace,
  { oversight, policy, decision }: GovernanceContext,
): Promise<BreakGlassUse | undefined> {
  const record = await oversight.uses.recordAt(use);
  if (!record) return undefined;
  const reviews = (await oversight.reviews.all()).get(use.decisionId) ?? [];
  return {
    decision: loggedDecision(record, policy, decision.language),
    reviews: reviews.map(describeReview),
    isOverdue: reviews.length === 0 && isOverdue(use),
    isOwn: record.subject === decision.caller.subject,
  };
}

function describeReview({ verdict, comment, reviewer, recipient, time }: ReviewEntry): BreakGlassReview {
  const given = verdict === 'justified' ? BreakGlassVerdict.JUSTIFIED : BreakGlassVerdict.NOT_JUSTIFIED;
  return { verdict: given, comment, reviewer, recipient, at: time };
}

function isOverdue({ time }: BreakGlassPlace): boolean {
  return Date.now() - Date.parse(time) > REVIEW_DAYS * DAY_MS;
}

function cursorOf({ time, decisionId }: BreakGlassPlace): string {
  return `${time} ${decisionId}`;
}

function comesAfter(cursor: string, newestFirst: boolean): (use: BreakGlassPlace) => boolean {
  return (use) => (newestFirst ? cursorOf(use) < cursor : cursorOf(use) > cursor);
}
