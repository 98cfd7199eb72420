import { type GraphQLSchema, isObjectType } from 'graphql';
import type { Policy } from '../../policies/engine/decide/policy.js';
import type { RevisionDesk } from '../../policies/revisions/revisionDesk.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import { Ctx, Query, Resolver } from '../../schema/typeGraphql.js';
import type { AccessLogSource } from './accessLogSource.js';
import { Access, AccessEffect, type FieldAccess } from './accessType.js';

/** What a resolver of this subgraph is given: the request's decision, and what is in force now. */
export interface GovernanceContext {
  readonly decision: DecisionContext;
  readonly policy: Policy;
  readonly apiSchema: GraphQLSchema;
  readonly accessLog: AccessLogSource;
  /** undefined where nobody signs policies (`--dev`). */
  readonly desk: RevisionDesk | undefined;
}

@Resolver()
export class AccessResolver {
  @Query(() => Access, {
    description: 'What your roles may see for the purpose of this request, and by whose rule.',
  })
  access(@Ctx() { decision, policy, apiSchema }: GovernanceContext): Access {
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
