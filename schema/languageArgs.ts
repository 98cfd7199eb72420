import { ArgsType, Field, registerEnumType } from '../lib/typeGraphql.js';
import { Language } from './language.js';
import type { DecisionContext } from './tokens/decisionContext.js';

registerEnumType(Language, { name: 'Language', description: 'The languages of the city.' });

/** The argument of every field that answers a text in one language. */
@ArgsType()
export class LanguageArgs {
  @Field(() => Language, {
    nullable: true,
    description: 'By default the language of the request: its header Accept-Language, otherwise English.',
  })
  readonly language?: Language | null;
}

/** The language that a field was asked for; without an argument it is the language of the request. */
export function languageAsked(
  { language }: LanguageArgs,
  { decision }: { readonly decision: Pick<DecisionContext, 'language'> },
): Language {
  return language ?? decision.language;
}
