import { Ctx, Field, ObjectType, Query, Resolver } from '../../lib/typeGraphql.js';
import { describeCondition } from '../../policies/engine/catalogue/conditions.js';
import { masks } from '../../policies/engine/catalogue/masks.js';
import { conditionNames, maskNames } from '../../policies/engine/decision.js';
import type { GovernanceContext } from './access.js';
import { PolicyTerm, purposeTerm, recipientTerm, roleTerm } from './policyTerm.js';

@ObjectType({ description: 'The words of policies, for those who write them and those who read the log.' })
export class PolicyVocabulary {
  @Field(() => [PolicyTerm])
  readonly purposes!: readonly PolicyTerm[];

  @Field(() => [PolicyTerm])
  readonly roles!: readonly PolicyTerm[];

  @Field(() => [PolicyTerm], { description: 'The organisations that receive data, if they have a name.' })
  readonly recipients!: readonly PolicyTerm[];

  @Field(() => [PolicyTerm])
  readonly masks!: readonly PolicyTerm[];

  @Field(() => [PolicyTerm], { description: 'Without within-years(n), which takes a number of years.' })
  readonly conditions!: readonly PolicyTerm[];
}

@Resolver()
export class PolicyVocabularyResolver {
  @Query(() => PolicyVocabulary, {
    nullable: true,
    description: 'The purposes, roles, organisations, masks and conditions that a policy can name.',
  })
  policyVocabulary(@Ctx() { policy }: GovernanceContext): PolicyVocabulary {
    return {
      purposes: [...policy.purposes.keys()].map((id) => purposeTerm(id, policy)),
      roles: [...policy.roles.keys()].map((id) => roleTerm(id, policy)),
      recipients: [...policy.recipients.keys()].map((id) => recipientTerm(id, policy)),
      masks: maskNames.map((id) => new PolicyTerm(id, masks[id].description)),
      conditions: conditionNames.map((id) => new PolicyTerm(id, describeCondition(id))),
    };
  }
}
