import { type GraphQLSchema, isObjectType } from 'graphql';
import type { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import { Ctx, Field, ObjectType, Query, registerEnumType, Resolver } from '../../lib/typeGraphql.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { PersonKey } from '../../schema/keys.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { AuditRecord } from '../audit/auditRecord.js';
import type { FieldUseSource } from '../audit/fieldUse.js';
import type { RegistryState } from './registryState.js';
import type { Oversight } from '../audit/oversight.js';

/** The context of resolvers: the decision of the request, and what is in force now. */
export interface GovernanceContext {
  readonly decision: DecisionContext;
  readonly policy: Policy;
  readonly apiSchema: GraphQLSchema;
  readonly accessLog: AccessLogSource;
  /** undefined with `--dev`, where nobody signs policies. */
  readonly revisionService: RevisionService | undefined;
  readonly fieldUse: FieldUseSource;
  readonly registryState: (registry: string) => RegistryState;
  /** What the log controller reads. */
  readonly oversight: Oversight;
  /** If it disconnects, long work ends. */
  readonly client: TaskClient | undefined;
}

@Resolver()
export class AccessResolver {
  @Query(() => AccessInfo, {
    description: 'What your roles may see for the purpose of this request, and the owner of each rule.',
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

/**
 * Whether a coordinate is a field of an object of the API. Arguments, interfaces and fields for registries
 * only are left out.
 */
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
    MASK: { description: 'Made coarser by the named mask.' },
  },
});

@ObjectType({
  description:
    'One way in which a field may be seen. If there are several, the first whose conditions are true applies.',
})
export class FieldAccess {
  @Field(() => String, { description: 'Type.field' })
  readonly coordinate!: string;

  @Field(() => AccessEffect)
  readonly effect!: AccessEffect;

  @Field(() => String, { nullable: true })
  readonly mask!: string | null;

  @Field(() => [String], { description: 'What must be true for the data subject.' })
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

/** The source of records about who has read the data of a person. */
export interface AccessLogSource {
  /**
   * Decisions that read data of this person, newest first.
   * @param after the last decision of the page before
   */
  recordsOf(
    person: PersonKey,
    page: { readonly since: string; readonly after: string | undefined },
  ): AsyncIterable<AuditRecord>;
  /**
   * Whether recipients are hidden. An organisation that serves a person under non-disclosure reveals where
   * the person lives (661/2009 §36).
   */
  hidesRecipients(person: PersonKey): boolean;
}
