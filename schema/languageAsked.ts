import { createParameterDecorator, registerEnumType } from '../lib/typeGraphql.js';
import { Language } from './language.js';
import type { DecisionContext } from './tokens/decisionContext.js';

registerEnumType(Language, { name: 'Language', description: 'The languages of the city.' });

const DESCRIPTION = 'By default the language of the request: its header Accept-Language, otherwise English.';

/** What tells the language of a request. */
interface RequestLanguage {
  readonly decision: Pick<DecisionContext, 'language'>;
}

interface LanguageArgument {
  readonly language?: Language | null;
}

/**
 * Declares the argument `language` of a field that answers a text in one language. The parameter receives the
 * language: that of the argument, else of the request. (type-graphql makes a promise of `Args`, and an answer
 * may have thousands of labels.)
 */
export function LanguageAsked(): ParameterDecorator {
  const read = ({ args, context }: { readonly args: LanguageArgument; readonly context: RequestLanguage }) =>
    args.language ?? context.decision.language;
  return createParameterDecorator<RequestLanguage>(read, {
    arg: {
      name: 'language',
      typeFunc: () => Language,
      options: { nullable: true, description: DESCRIPTION },
    },
  }) as ParameterDecorator;
}
