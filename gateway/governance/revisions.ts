import type { VerifiedRevision, RevisionState } from '../../approvals/policy-revisions/verifyRevisions.js';
import type { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import { PolkuError } from '../../lib/errors.js';
import {
  Arg,
  Ctx,
  Field,
  Int,
  Mutation,
  ObjectType,
  Query,
  registerEnumType,
  Resolver,
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

  @Field(() => [String], { description: 'The files that it sets or removes.' })
  readonly files!: readonly string[];

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

/**
 * Does what `polku policy history|propose|approve|withdraw|reject` do, for people who can reach only the
 * gateway. No private key is sent here.
 */
@Resolver()
export class RevisionResolver {
  @Query(() => [PolicyRevision], { nullable: true, description: 'Every policy revision, the newest first.' })
  async policyRevisions(@Ctx() { revisionService }: GovernanceContext): Promise<readonly PolicyRevision[]> {
    const { revisions } = await signedBy(revisionService).history();
    return revisions.map(describe).reverse();
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Proposes a revision that "polku policy propose --out FILE" wrote, signed by its author.',
  })
  async proposePolicy(
    @Ctx() { revisionService }: GovernanceContext,
    @Arg('payload', () => String, { description: 'The exact text that was signed.' }) payload: string,
    @Arg('person', () => String, { description: 'Id of the author.' }) person: string,
    @Arg('signature', () => String, { description: 'Ed25519 over the payload, base64url.' })
    signature: string,
  ): Promise<PolicyRevision> {
    return describe(await signedBy(revisionService).propose(payload, { person, signature }));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Adds a signature to a waiting revision. The last missing signature puts it in force.',
  })
  async approvePolicy(
    @Ctx() { revisionService }: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the person who signs.' }) person: string,
    @Arg('signature', () => String, { description: 'Ed25519 over the payload of the revision, base64url.' })
    signature: string,
  ): Promise<PolicyRevision> {
    return describe(await signedBy(revisionService).approve(sequence, { person, signature }));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Withdraws a proposal that waits for signatures, as its author.',
  })
  async withdrawPolicy(
    @Ctx() { revisionService }: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the author.' }) person: string,
    @Arg('comment', () => String, { description: 'Why; it is signed, too.' }) comment: string,
    @Arg('signature', () => String, { description: 'What "polku policy sign --withdraw" printed.' })
    signature: string,
  ): Promise<PolicyRevision> {
    const closed = { closure: 'withdrawn', person, comment, signature } as const;
    return describe(await signedBy(revisionService).close(sequence, closed));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Refuses a proposal that waits for signatures, as another person of an owner concerned.',
  })
  async rejectPolicy(
    @Ctx() { revisionService }: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the person who refuses it.' }) person: string,
    @Arg('comment', () => String, { description: 'Why; it is signed, too.' }) comment: string,
    @Arg('signature', () => String, { description: 'What "polku policy sign --reject" printed.' })
    signature: string,
  ): Promise<PolicyRevision> {
    const closed = { closure: 'rejected', person, comment, signature } as const;
    return describe(await signedBy(revisionService).close(sequence, closed));
  }
}

function signedBy(revisionService: RevisionService | undefined): RevisionService {
  if (revisionService) return revisionService;
  throw new PolkuError(
    'POLICY_UNSIGNED',
    'With --dev policies are edited in their folder, and nobody signs them.',
  );
}

function describe(revision: VerifiedRevision): PolicyRevision {
  const { state, missing, files, signers, proposedAt, expiresAt, closed } = revision;
  const isClosed = state === 'withdrawn' || state === 'rejected';
  return {
    ...revision,
    standing: standings[state],
    proposedAt: proposedAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    files: [...files.keys()],
    signers: [...signers],
    closedBy: isClosed ? (closed?.person ?? null) : null,
    closedBecause: isClosed ? (closed?.comment ?? null) : null,
    missing: [...missing].map(([registry, count]) => ({ registry, count })),
  };
}
