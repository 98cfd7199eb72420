import { Arg, Ctx, Field, ObjectType, Query, Resolver } from '../../lib/typeGraphql.js';
import type { Explanation } from '../../policies/engine/decision.js';
import { inLanguage, type Language } from '../../schema/language.js';
import { LanguageAsked } from '../../schema/languageAsked.js';
import { type GovernanceContext, isField } from './access.js';
import { PolicyTerm } from './policyTerm.js';

@ObjectType({ description: 'Why a field is not shown to your roles for the purpose of this request.' })
export class FieldRefusal {
  readonly #explanation: Explanation;

  @Field(() => String, { description: 'Type.field' })
  readonly coordinate: string;

  @Field(() => PolicyTerm, { description: 'Whose rule decides, by registry.' })
  readonly owner: PolicyTerm;

  constructor(explanation: Explanation) {
    const { coordinate, registry, owner } = explanation;
    this.#explanation = explanation;
    this.coordinate = coordinate;
    this.owner = new PolicyTerm(registry, owner);
  }

  @Field(() => String, { description: 'The reason, as in a refusal of an operation.' })
  reason(@LanguageAsked() language: Language): string {
    return inLanguage(this.#explanation.reason, language);
  }
}

@Resolver()
export class FieldRefusalResolver {
  /** It says no more than a refusal of the field: nothing where hidden fields are concealed. */
  @Query(() => FieldRefusal, {
    nullable: true,
    description:
      'Why your roles do not see a field for this purpose, and whose rule that is. null: it is shown, there is no such field, or hidden fields are concealed here.',
  })
  explainField(
    @Arg('coordinate', () => String, { description: 'Type.field' }) coordinate: string,
    @Ctx() { decision: { caller, purpose }, policy, apiSchema, conceal }: GovernanceContext,
  ): FieldRefusal | null {
    if (conceal || !isField(apiSchema, coordinate)) return null;
    const decided = policy.decide({ ...caller, purpose }, new Date());
    return decided.show(coordinate).length > 0 ? null : new FieldRefusal(decided.explain(coordinate));
  }
}
