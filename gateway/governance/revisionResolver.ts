import type { JudgedRevision, RevisionState } from '../../policies/revisions/judgeRevisions.js';
import type { RevisionDesk } from '../../policies/revisions/revisionDesk.js';
import { PolkuError } from '../../schema/polkuError.js';
import { Arg, Ctx, Int, Mutation, Query, Resolver } from '../../schema/typeGraphql.js';
import type { GovernanceContext } from './accessResolver.js';
import { PolicyRevision, RevisionStanding } from './revisionType.js';

const standings: Readonly<Record<RevisionState, RevisionStanding>> = {
  'in-force': RevisionStanding.IN_FORCE,
  superseded: RevisionStanding.SUPERSEDED,
  waiting: RevisionStanding.WAITING,
  overtaken: RevisionStanding.OVERTAKEN,
  withdrawn: RevisionStanding.WITHDRAWN,
  rejected: RevisionStanding.REJECTED,
};

/** What `polku policy history|propose|approve|withdraw|reject` do, for those who reach the gateway only. No private key comes here. */
@Resolver()
export class RevisionResolver {
  @Query(() => [PolicyRevision], { nullable: true, description: 'Every policy revision, the newest first.' })
  async policyRevisions(@Ctx() { desk }: GovernanceContext): Promise<readonly PolicyRevision[]> {
    const { revisions } = await signedBy(desk).history();
    return revisions.map(describe).reverse();
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Proposes a revision that "polku policy propose --out FILE" wrote, signed by its author.',
  })
  async proposePolicy(
    @Ctx() { desk }: GovernanceContext,
    @Arg('payload', () => String, { description: 'The very text that was signed.' }) payload: string,
    @Arg('person', () => String, { description: 'Id of the author.' }) person: string,
    @Arg('signature', () => String, { description: 'Ed25519 over the payload, base64url.' })
    signature: string,
  ): Promise<PolicyRevision> {
    return describe(await signedBy(desk).propose(payload, { person, signature }));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Adds a signature to a waiting revision; with the last that it lacks it comes into force.',
  })
  async approvePolicy(
    @Ctx() { desk }: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the person who signs.' }) person: string,
    @Arg('signature', () => String, { description: 'Ed25519 over the payload of the revision, base64url.' })
    signature: string,
  ): Promise<PolicyRevision> {
    return describe(await signedBy(desk).approve(sequence, { person, signature }));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description: 'Takes back a proposal that waits for signatures, as its author.',
  })
  async withdrawPolicy(
    @Ctx() { desk }: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the author.' }) person: string,
    @Arg('comment', () => String, { description: 'Why; it is signed, too.' }) comment: string,
    @Arg('signature', () => String, { description: 'What "polku policy sign --withdraw" printed.' })
    signature: string,
  ): Promise<PolicyRevision> {
    const closed = { closure: 'withdrawn', person, comment, signature } as const;
    return describe(await signedBy(desk).close(sequence, closed));
  }

  @Mutation(() => PolicyRevision, {
    nullable: true,
    description:
      'Refuses a proposal that waits for signatures, as another person of an owner whom it concerns.',
  })
  async rejectPolicy(
    @Ctx() { desk }: GovernanceContext,
    @Arg('sequence', () => Int) sequence: number,
    @Arg('person', () => String, { description: 'Id of the person who refuses it.' }) person: string,
    @Arg('comment', () => String, { description: 'Why; it is signed, too.' }) comment: string,
    @Arg('signature', () => String, { description: 'What "polku policy sign --reject" printed.' })
    signature: string,
  ): Promise<PolicyRevision> {
    const closed = { closure: 'rejected', person, comment, signature } as const;
    return describe(await signedBy(desk).close(sequence, closed));
  }
}

function signedBy(desk: RevisionDesk | undefined): RevisionDesk {
  if (desk) return desk;
  throw new PolkuError(
    'POLICY_UNSIGNED',
    'With --dev policies are edited in their folder, and nobody signs them.',
  );
}

function describe(revision: JudgedRevision): PolicyRevision {
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
