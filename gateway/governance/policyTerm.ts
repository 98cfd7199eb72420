import { Field, ID, ObjectType } from '../../lib/typeGraphql.js';
import type { Policy } from '../../policies/engine/decide/policy.js';
import { type LocalizedText, inLanguage, type Language } from '../../schema/language.js';
import { LanguageAsked } from '../../schema/languageAsked.js';

@ObjectType('Term', {
  description: 'A word of the policies: a purpose, a role, a mask, a condition and the like.',
})
export class PolicyTerm {
  readonly #label: LocalizedText;

  @Field(() => ID, { description: 'As policy files, tokens and headers write it.' })
  readonly id: string;

  /** @param label undefined: nobody has named it, so that people read its id */
  constructor(id: string, label: LocalizedText | undefined) {
    this.id = id;
    this.#label = label ?? { en: id, fi: id, sv: id };
  }

  @Field(() => String, { description: 'Its name for people; its id where it has none.' })
  label(@LanguageAsked() language: Language): string {
    return inLanguage(this.#label, language);
  }
}

export function purposeTerm(id: string, policy: Policy): PolicyTerm {
  return new PolicyTerm(id, policy.purposes.get(id)?.label);
}

export function roleTerm(id: string, policy: Policy): PolicyTerm {
  return new PolicyTerm(id, policy.roles.get(id)?.label);
}

/** An organisation that receives data. */
export function recipientTerm(id: string, policy: Policy): PolicyTerm {
  return new PolicyTerm(id, policy.recipientLabel(id));
}
