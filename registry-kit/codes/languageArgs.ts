import { ArgsType, Field, registerEnumType } from '../../lib/typeGraphql.js';
import { Language } from '../../schema/language.js';
import type { RequestContext } from '../subgraph/requestContext.js';

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
  { decision }: Pick<RequestContext, 'decision'>,
): Language {
  return language ?? decision.language;
}
