import type { VerifiedRevision, RevisionState } from '../../approvals/policy-revisions/verifyRevisions.js';
import {
  closurePayload,
  commentPayload,
  type SignedComment,
} from '../../approvals/policy-revisions/revision.js';
import type { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import { readTime, requireLogin } from '../../approvals/signedDocument.js';
import { PolkuError } from '../../lib/errors.js';
import {
  Arg,
  Ctx,
  Field,
  FieldResolver,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
  Root,
} from '../../lib/typeGraphql.js';
import type { GovernanceContext } from './access.js';

enum RevisionStanding {
  IN_FORCE = 'IN_FORCE',
  SUPERSEDED = 'SUPERSEDED',
  WAITING = 'WAITING',
  OVERTAKEN = 'OVERTAKEN',
  WITHDRAWN = 'WITHDRAWN',
  REJECTED = 'REJECTED',
}
registerEnumType(RevisionStanding, {
  name: 'RevisionStanding',
  description: 'The state of a policy revision.',
  valuesConfig: {
    IN_FORCE: { description: 'The newest that all owners concerned have signed.' },
    SUPERSEDED: { description: 'It was in force before.' },
    WAITING: { description: 'It follows the one in force, and lacks signatures.' },
    OVERTAKEN: { description: 'Another took its place, so it never will be in force.' },
    WITHDRAWN: { description: 'Its author withdrew it before it was in force.' },
    REJECTED: { description: 'Another person of an owner concerned refused it before it was in force.' },
  },
});

@ObjectType({ description: 'Signatures that a policy revision lacks.' })
export class MissingSignatures {
  @Field(() => String, { description: 'The registry whose people must sign.' })
  readonly registry!: string;

  @Field(() => Int)
  readonly count!: number;
}

@ObjectType({ description: 'Tests that fail and that the signers of a revision accept.' })
export class TestOverruling {
  @Field(() => [String], { description: 'registry: name' })
  readonly tests!: readonly string[];

  @Field(() => String)
  readonly reason!: string;
}

@ObjectType({ description: 'What a person of owners.yaml said about a waiting revision, and signed.' })
export class PolicyComment {
  @Field(() => String, { description: 'Id in owners.yaml.' })
  readonly person!: string;

  @Field(() => String, { description: 'ISO 8601, UTC.' })
  readonly time!: string;

  @Field(() => String)
  readonly comment!: string;
}

@ObjectType({ description: 'A change of the policies, as its author signed it.' })
export class PolicyRevision {
  @Field(() => Int)
  readonly sequence!: number;

  @Field(() => RevisionStanding)
  readonly standing!: RevisionStanding;

  @Field(() => String, { description: 'Id of the person who proposed it.' })
  readonly author!: string;

  @Field(() => String)
  readonly comment!: string;

  @Field(() => String, { description: 'ISO 8601, UTC.' })
  readonly proposedAt!: string;

  @Field(() => String, {
    description: 'When it expires. After that, its files grant nothing. ISO 8601, UTC.',
  })
  readonly expiresAt!: string;

  @Field(() => [String], { description: 'The files that it sets or removes, those of tests last.' })
  readonly files!: readonly string[];

  @Field(() => TestOverruling, {
    nullable: true,
    description: 'The failing tests that its author overruled.',
  })
  readonly overruled!: TestOverruling | null;

  @Field(() => [PolicyComment], { description: 'The oldest first.' })
  readonly comments!: readonly PolicyComment[];

  @Field(() => [String], { description: 'Ids of the people who have signed it.' })
  readonly signers!: readonly string[];

  @Field(() => [MissingSignatures])
  readonly missing!: readonly MissingSignatures[];

  @Field(() => String, { nullable: true, description: 'Id of the person who withdrew or rejected it.' })
  readonly closedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was withdrawn or rejected.' })
  readonly closedBecause!: string | null;

  @Field(() => String, { description: 'The exact text that is signed.' })
  readonly payload!: string;
}

const standings: Readonly<Record<RevisionState, RevisionStanding>> = {
  'in-force': RevisionStanding.IN_FORCE,
  superseded: RevisionStanding.SUPERSEDED,
  waiting: RevisionStanding.WAITING,
  overtaken: RevisionStanding.OVERTAKEN,
  withdrawn: RevisionStanding.WITHDRAWN,
  rejected: RevisionStanding.REJECTED,
};

const SIGNATURE = 'Ed25519 over the text in base64url, or that of a passkey.';

/**
 * Does what `polku policy history|propose|approve|withdraw|reject` do, for people who can reach only the
 * gateway. No private key is sent here.
 */
@Resolver()
export class RevisionResolver {
  @Query(() => [PolicyRevision], { nullable: true, description: 'Every policy revision, the newest first.' })
  async policyRevisions(@Ctx() { revisionService }: GovernanceContext): Promise<readonly PolicyRevision[]> {
    const service = signedBy(revisionService);
    const history = await service.history();
    const comments = await service.comments(history);
    return history.revisions.map((one) => describe(one, comments.get(one.sequence))).reverse();
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Proposes a revision that "polku policy propose --out FILE" wrote, signed by its author.',
  })
  async proposePolicy(
    @Ctx() context: GovernanceContext,
    @Arg('payload', () => String, { description: 'The exact text that was signed.' }) payload: string,
    @Arg('person', () => String, { description: 'Id of the author.' }) person: string,
    @Arg('signature', () => String, { description: SIGNATURE })
    signature: string,
  ): Promise<PolicyRevision> {
    const service = await signingAs(person, context);
    return describe(await service.propose(payload, { person, signature }));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Adds a signature to a waiting revision. The last missing signature puts it in force.',
  })
  async approvePolicy(
    @Ctx() context: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the person who signs.' }) person: string,
    @Arg('signature', () => String, { description: SIGNATURE })
    signature: string,
  ): Promise<PolicyRevision> {
    const service = await signingAs(person, context);
    return describe(await service.approve(sequence, { person, signature }));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Withdraws a proposal that waits for signatures, as its author.',
  })
  async withdrawPolicy(
    @Ctx() context: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the author.' }) person: string,
    @Arg('comment', () => String, { description: 'Why; it is signed, too.' }) comment: string,
    @Arg('signature', () => String, { description: 'Over the closingText of the revision.' })
    signature: string,
  ): Promise<PolicyRevision> {
    const closed = { closure: 'withdrawn', person, comment, signature } as const;
    const service = await signingAs(person, context);
    return describe(await service.close(sequence, closed));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Refuses a proposal that waits for signatures, as another person of an owner concerned.',
  })
  async rejectPolicy(
    @Ctx() context: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the person who refuses it.' }) person: string,
    @Arg('comment', () => String, { description: 'Why; it is signed, too.' }) comment: string,
    @Arg('signature', () => String, { description: 'Over the closingText of the revision.' })
    signature: string,
  ): Promise<PolicyRevision> {
    const closed = { closure: 'rejected', person, comment, signature } as const;
    const service = await signingAs(person, context);
    return describe(await service.close(sequence, closed));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Adds a signed comment to a waiting revision, by a person of an owner concerned.',
  })
  async commentPolicy(
    @Ctx() context: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the person who comments.' }) person: string,
    @Arg('comment', () => String, { description: 'It is signed, too.' }) comment: string,
    @Arg('time', () => String, { description: 'Now, as it was signed.' }) time: string,
    @Arg('signature', () => String, { description: 'Over the commentText of the revision.' })
    signature: string,
  ): Promise<PolicyRevision> {
    const service = await signingAs(person, context);
    const said = { person, comment, time: timeOf(time), signature };
    const revision = await service.comment(sequence, said);
    return describe(revision, (await service.comments(await service.history())).get(sequence));
  }
}

enum RevisionClosure {
  WITHDRAW = 'WITHDRAW',
  REJECT = 'REJECT',
}
registerEnumType(RevisionClosure, {
  name: 'RevisionClosure',
  description: 'How a waiting revision is ended.',
  valuesConfig: {
    WITHDRAW: { description: 'By its author.' },
    REJECT: { description: 'By another person of an owner concerned.' },
  },
});

/** Texts that people sign next to a revision. A client can also write them itself. */
@Resolver(() => PolicyRevision)
export class RevisionTextResolver {
  @FieldResolver(() => String, { description: 'The exact text that is signed to end the revision.' })
  closingText(
    @Root() { payload }: PolicyRevision,
    @Arg('closure', () => RevisionClosure) closure: RevisionClosure,
    @Arg('comment', () => String, { description: 'Why.' }) comment: string,
  ): string {
    return closurePayload(closure === RevisionClosure.REJECT ? 'rejected' : 'withdrawn', payload, comment);
  }

  @FieldResolver(() => String, { description: 'The exact text that is signed to comment on the revision.' })
  commentText(
    @Root() { payload }: PolicyRevision,
    @Arg('comment', () => String) comment: string,
    @Arg('time', () => String, { description: 'Now: ISO 8601, UTC, with milliseconds.' }) time: string,
  ): string {
    return commentPayload(payload, comment, timeOf(time));
  }
}

/** @throws PolkuError BAD_USER_INPUT */
function timeOf(text: string): Date {
  const time = readTime(text);
  if (time) return time;
  throw new PolkuError('BAD_USER_INPUT', 'Write the time like 2026-11-30T12:00:00.000Z.');
}

/** The service, for a step of a person of owners.yaml. */
async function signingAs(
  person: string,
  { revisionService, decision }: GovernanceContext,
): Promise<RevisionService> {
  const service = signedBy(revisionService);
  requireLogin(person, decision.caller.subject, await service.owners());
  return service;
}

function signedBy(revisionService: RevisionService | undefined): RevisionService {
  if (revisionService) return revisionService;
  throw new PolkuError(
    'POLICY_UNSIGNED',
    'With --dev policies are edited in their folder, and nobody signs them.',
  );
}

function describe(revision: VerifiedRevision, comments: readonly SignedComment[] = []): PolicyRevision {
  const { state, missing, files, tests, signers, proposedAt, expiresAt, closed, overruled } = revision;
  const isClosed = state === 'withdrawn' || state === 'rejected';
  return {
    ...revision,
    standing: standings[state],
    proposedAt: proposedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    files: [...files.keys(), ...tests.keys()],
    overruled: overruled ?? null,
    comments: comments.map(({ person, time, comment }) => ({ person, time: time.toISOString(), comment })),
    signers: [...signers],
    closedBy: isClosed ? (closed?.person ?? null) : null,
    closedBecause: isClosed ? (closed?.comment ?? null) : null,
    missing: [...missing].map(([registry, count]) => ({ registry, count })),
  };
}
