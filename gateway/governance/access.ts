import { type GraphQLSchema, isObjectType } from 'graphql';
import type { RevisionService } from '../../approvals/policy-revisions/revisionService.js';
import type { TaskClient } from '../../lib/fairQueue.js';
import { Ctx, Field, ObjectType, Query, registerEnumType, Resolver } from '../../lib/typeGraphql.js';
import { categories, describeCondition } from '../../policies/engine/catalogue/conditions.js';
import { masks } from '../../policies/engine/catalogue/masks.js';
import type { CoordinateInfo, Policy } from '../../policies/engine/decide/policy.js';
import type { Permission } from '../../policies/engine/decision.js';
import type { PersonKey } from '../../schema/keys.js';
import { type LocalizedText, inLanguage, type Language } from '../../schema/language.js';
import { LanguageAsked } from '../../schema/languageAsked.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { FieldUseSource } from '../audit/fieldUse.js';
import type { AttributedRecord } from '../audit/personLog.js';
import { purposeTerm, recipientTerm, roleTerm, PolicyTerm } from './policyTerm.js';
import type { PolicyDrafts } from '../policy-review/policyDrafts.js';
import type { Oversight } from '../audit/oversight.js';
import type { RegistryState } from '../registries/pinnedSource.js';

/** The context of resolvers: the decision of the request, and what is in force now. */
export interface GovernanceContext {
  readonly decision: DecisionContext;
  readonly policy: Policy;
  readonly apiSchema: GraphQLSchema;
  /** Whether a hidden field is like one that does not exist. */
  readonly conceal: boolean;
  readonly accessLog: AccessLogSource;
  /** undefined with `--dev`, where nobody signs policies. */
  readonly revisionService: RevisionService | undefined;
  readonly policyDrafts: PolicyDrafts;
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
      .flatMap((field) => decided.show(field.coordinate).map((way) => new FieldAccess(field, way)));
    return {
      reader: caller.subject,
      purpose: purposeTerm(purpose, policy),
      roles: decided.roles.map((role) => roleTerm(role, policy)),
      recipient: recipientTerm(caller.recipient, policy),
      revision: policy.revision,
      fields,
    };
  }
}

/**
 * Whether a coordinate is a field of an object of the API. Arguments, interfaces and fields for registries
 * only are left out.
 */
export function isField(apiSchema: GraphQLSchema, coordinate: string): boolean {
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
  readonly #label: LocalizedText | undefined;

  @Field(() => String, { description: 'Type.field' })
  readonly coordinate: string;

  @Field(() => AccessEffect)
  readonly effect: AccessEffect;

  @Field(() => PolicyTerm, { nullable: true, description: 'How the value is made coarser.' })
  readonly mask: PolicyTerm | null;

  @Field(() => [PolicyTerm], { description: 'What must be true for the data subject or the record.' })
  readonly conditions: readonly PolicyTerm[];

  @Field(() => PolicyTerm, { description: 'Who owns the data and made this rule, by registry.' })
  readonly owner: PolicyTerm;

  @Field(() => PolicyTerm, { nullable: true, description: 'What the field is about.' })
  readonly category: PolicyTerm | null;

  @Field(() => Boolean, { description: 'Whether it is of a special category, or secret by law (GDPR 9).' })
  readonly special: boolean;

  constructor(
    { coordinate, registry, owner, classification }: CoordinateInfo,
    { mask, conditions }: Permission,
  ) {
    const category = classification?.category;
    this.#label = classification?.label;
    this.coordinate = coordinate;
    this.effect = mask ? AccessEffect.MASK : AccessEffect.ALLOW;
    this.mask = mask ? new PolicyTerm(mask, masks[mask].description) : null;
    this.conditions = conditions.map((condition) => new PolicyTerm(condition, describeCondition(condition)));
    this.owner = new PolicyTerm(registry, owner);
    this.category = category ? new PolicyTerm(category, categories[category]) : null;
    this.special = classification?.special ?? false;
  }

  @Field(() => String, { nullable: true, description: 'Its name by its owner, if the owner gave it one.' })
  label(@LanguageAsked() language: Language): string | null {
    return this.#label ? inLanguage(this.#label, language) : null;
  }
}

@ObjectType('Access', { description: 'What your roles may see for the purpose of this request.' })
export class AccessInfo {
  @Field(() => String, { description: 'Your id in the audit log.' })
  readonly reader!: string;

  @Field(() => PolicyTerm)
  readonly purpose!: PolicyTerm;

  @Field(() => [PolicyTerm], { description: 'Your roles that may be used for the purpose.' })
  readonly roles!: readonly PolicyTerm[];

  @Field(() => PolicyTerm, { description: 'The organisation that receives the data.' })
  readonly recipient!: PolicyTerm;

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
  ): AsyncIterable<AttributedRecord>;
  /**
   * Whether recipients are hidden. An organisation that serves a person under non-disclosure reveals where
   * the person lives (661/2009 §36).
   */
  hidesRecipients(person: PersonKey): boolean;
}
