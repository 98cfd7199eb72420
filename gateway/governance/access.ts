import { type GraphQLSchema, isObjectType } from 'graphql';
import type { RevisionService } from '../../approvals/revisionService.js';
import { Ctx, Field, ObjectType, Query, registerEnumType, Resolver } from '../../lib/typeGraphql.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { PersonKey } from '../../schema/keys.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { AuditRecord } from '../audit/auditRecord.js';

/** What a resolver of this subgraph is given: the request's decision, and what is in force now. */
export interface GovernanceContext {
  readonly decision: DecisionContext;
  readonly policy: Policy;
  readonly apiSchema: GraphQLSchema;
  readonly accessLog: AccessLogSource;
  /** undefined where nobody signs policies (`--dev`). */
  readonly revisionService: RevisionService | undefined;
}

@Resolver()
export class AccessResolver {
  @Query(() => AccessInfo, {
    description: 'What your roles may see for the purpose of this request, and by whose rule.',
  })
  access(@Ctx() { decision, policy, apiSchema }: GovernanceContext): AccessInfo {
    const { caller, purpose } = decision;
    const decided = policy.decide({ ...caller, purpose }, new Date());
    const fields = policy
      .coordinates()
      .filter(({ coordinate }) => isField(apiSchema, coordinate))
      .flatMap(({ coordinate, owner }) =>
        decided.show(coordinate).map(({ mask, conditions }): FieldAccess => ({
          coordinate,
          effect: mask ? AccessEffect.MASK : AccessEffect.ALLOW,
          mask: mask ?? null,
          conditions,
          owner,
        })),
      );
    const purposeLabel = policy.purposes.get(purpose)?.label.en ?? purpose;
    return { purpose, purposeLabel, roles: decided.roles, revision: policy.revision, fields };
  }
}

/** A field of an object of the API: arguments, interfaces and what only registries see are left out. */
function isField(apiSchema: GraphQLSchema, coordinate: string): boolean {
  const [type = '', field = ''] = coordinate.split('.');
  const found = apiSchema.getType(type);
  return isObjectType(found) && Object.hasOwn(found.getFields(), field);
}

enum AccessEffect {
  ALLOW = 'ALLOW',
  MASK = 'MASK',
}
registerEnumType(AccessEffect, {
  name: 'AccessEffect',
  description: 'How a field may be seen.',
  valuesConfig: {
    ALLOW: { description: 'As it is.' },
    MASK: { description: 'Made coarser by the mask that is named.' },
  },
});

@ObjectType({
  description: 'One way in which a field may be seen. Of several, the first whose conditions hold applies.',
})
export class FieldAccess {
  @Field(() => String, { description: 'Type.field' })
  readonly coordinate!: string;

  @Field(() => AccessEffect)
  readonly effect!: AccessEffect;

  @Field(() => String, { nullable: true })
  readonly mask!: string | null;

  @Field(() => [String], { description: 'What must hold for the person whom the data is about.' })
  readonly conditions!: readonly string[];

  @Field(() => String, { description: 'Who owns the data and made this rule.' })
  readonly owner!: string;
}

@ObjectType('Access', { description: 'What your roles may see for the purpose of this request.' })
export class AccessInfo {
  @Field(() => String)
  readonly purpose!: string;

  @Field(() => String)
  readonly purposeLabel!: string;

  @Field(() => [String])
  readonly roles!: readonly string[];

  @Field(() => String, { description: 'The policy revision that decides.' })
  readonly revision!: string;

  @Field(() => [FieldAccess])
  readonly fields!: readonly FieldAccess[];
}

/** Where the governance subgraph finds who has read a person's data. */
export interface AccessLogSource {
  /**
   * Decisions by which data of this person was read, newest first.
   * @param after the decision that the page before ended with
   */
  recordsOf(
    person: PersonKey,
    page: { readonly since: string; readonly after: string | undefined },
  ): AsyncIterable<AuditRecord>;
  /** Whether recipients are not told: who serves a person under non-disclosure tells where they are (661/2009 §36). */
  hidesRecipients(person: PersonKey): boolean;
}
