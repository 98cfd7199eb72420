/** The languages of the city. */
export enum Language {
  FI = 'FI',
  EN = 'EN',
  SV = 'SV',
}

/** The language of a request that states none. Messages of errors are in it, too. */
export const DEFAULT_LANGUAGE = Language.EN;

/** A text in the languages of the city. */
export interface LocalizedText {
  readonly fi: string;
  readonly en: string;
  readonly sv: string;
}

/** The languages by their tags of BCP 47, in the order of choice where a request accepts any. */
const languageOf: ReadonlyMap<string, Language> = new Map([
  ['en', Language.EN],
  ['fi', Language.FI],
  ['sv', Language.SV],
]);

const tags = { FI: 'fi', EN: 'en', SV: 'sv' } as const satisfies Record<Language, keyof LocalizedText>;

/** The tag of a language by BCP 47, as headers state it. */
export function languageTag(language: Language): keyof LocalizedText {
  return tags[language];
}

export function inLanguage(text: LocalizedText, language: Language): string {
  return text[tags[language]];
}

/** The language of this name; the default for any other value. */
export function languageNamed(name: unknown): Language {
  return name === 'FI' || name === 'SV' ? Language[name] : DEFAULT_LANGUAGE;
}

/** A language range with its quality value: `fi-FI;q=0.8` (RFC 9110 §12.4.2, §12.5.4). */
const RANGE =
  /^[ \t]*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)[ \t]*(?:;[ \t]*q=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)[ \t]*)?$/i;
/** The most ranges that are read. Browsers send fewer than ten. */
const MAX_RANGES = 50;

/**
 * The language that a client prefers by its header `Accept-Language`. A range stands for its language alone,
 * so `sv-SE` accepts Swedish (RFC 4647 §3.4). Between equal qualities the first range wins. The header never
 * fails a request: malformed ranges count as absent, and without a known language the default is taken.
 */
export function acceptedLanguage(header: string | undefined): Language {
  if (header === undefined) return DEFAULT_LANGUAGE;
  const qualities = new Map<string, number>();
  for (const range of header.split(',', MAX_RANGES)) {
    const [, tag, quality = '1'] = RANGE.exec(range) ?? [];
    if (tag === undefined) continue;
    const primary = tag.split('-', 1)[0]!.toLowerCase();
    qualities.set(primary, Math.max(qualities.get(primary) ?? 0, Number(quality)));
  }
  const others = qualities.get('*') ?? 0;
  const named = [...qualities].filter(([tag]) => languageOf.has(tag));
  const unnamed = [...languageOf.keys()]
    .filter((tag) => !qualities.has(tag))
    .map((tag) => [tag, others] as const);
  let best: readonly [string, number] = ['', 0];
  for (const candidate of [...named, ...unnamed]) if (candidate[1] > best[1]) best = candidate;
  return languageOf.get(best[0]) ?? DEFAULT_LANGUAGE;
}
