/** A word of the policies, in the language of the request. */
export interface NamedTerm {
  readonly id: string;
  readonly label: string;
}

export interface VocabularyAnswer {
  readonly policyVocabulary: {
    readonly purposes: readonly NamedTerm[];
    readonly recipients: readonly NamedTerm[];
  } | null;
}

export const vocabularyQuery = `query LogVocabulary {
  policyVocabulary { purposes { id label } recipients { id label } }
}`;

/** The code of what was chosen or typed; undefined: nothing. */
export function codeWritten(text: string, terms: readonly NamedTerm[]): string | undefined {
  const typed = text.trim();
  if (typed === '') return undefined;
  return terms.find(({ label }) => label.toLowerCase() === typed.toLowerCase())?.id ?? typed;
}
