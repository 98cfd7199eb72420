import { Field, Int, ObjectType, registerEnumType } from '../../schema/typeGraphql.js';

export enum RevisionStanding {
  IN_FORCE = 'IN_FORCE',
  SUPERSEDED = 'SUPERSEDED',
  WAITING = 'WAITING',
  OVERTAKEN = 'OVERTAKEN',
  WITHDRAWN = 'WITHDRAWN',
  REJECTED = 'REJECTED',
}
registerEnumType(RevisionStanding, {
  name: 'RevisionStanding',
  description: 'What became of a policy revision.',
  valuesConfig: {
    IN_FORCE: { description: 'The newest that all owners concerned have signed.' },
    SUPERSEDED: { description: 'It was in force before.' },
    WAITING: { description: 'It follows the one in force, and lacks signatures.' },
    OVERTAKEN: { description: 'Another took its place, so it never will be in force.' },
    WITHDRAWN: { description: 'Its author took it back before it was in force.' },
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

  @Field(() => String, { description: 'From then on what it sets denies everything. ISO 8601, UTC.' })
  readonly expiresAt!: string;

  @Field(() => [String], { description: 'The files that it sets or takes away.' })
  readonly files!: readonly string[];

  @Field(() => [String], { description: 'Ids of the people who have signed it.' })
  readonly signers!: readonly string[];

  @Field(() => [MissingSignatures])
  readonly missing!: readonly MissingSignatures[];

  @Field(() => String, { nullable: true, description: 'Id of the person who withdrew or rejected it.' })
  readonly closedBy!: string | null;

  @Field(() => String, { nullable: true, description: 'Why it was withdrawn or rejected.' })
  readonly closedBecause!: string | null;

  @Field(() => String, { description: 'The very text that is signed.' })
  readonly payload!: string;
}
