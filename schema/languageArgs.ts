import { ArgsType, createParameterDecorator, Field, registerEnumType } from '../lib/typeGraphql.js';
import { Language } from './language.js';
import type { DecisionContext } from './tokens/decisionContext.js';

registerEnumType(Language, { name: 'Language', description: 'The languages of the city.' });

const DESCRIPTION = 'By default the language of the request: its header Accept-Language, otherwise English.';

/** What tells the language of a request. */
interface RequestLanguage {
  readonly decision: Pick<DecisionContext, 'language'>;
}

/** The argument of every field that answers a text in one language. */
@ArgsType()
export class LanguageArgs {
  @Field(() => Language, {
    nullable: true,
    description: DESCRIPTION,
  })
  readonly language?: Language | null;
}

/** The language that a field was asked for; without an argument it is the language of the request. */
export function languageAsked({ language }: LanguageArgs, { decision }: RequestLanguage): Language {
  return language ?? decision.language;
}

/**
 * Declares the same argument. The parameter receives the language at once: type-graphql makes a promise of
 * `Args`, and an answer may have thousands of labels.
 */
export function LanguageAsked(): ParameterDecorator {
  const read = ({ args, context }: { readonly args: object; readonly context: RequestLanguage }): Language =>
    languageAsked(args, context);
  return createParameterDecorator<RequestLanguage>(read, {
    arg: {
      name: 'language',
      typeFunc: () => Language,
      options: { nullable: true, description: DESCRIPTION },
    },
  }) as ParameterDecorator;
}
