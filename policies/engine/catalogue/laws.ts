import type { LocalizedText } from '../../../schema/language.js';

/** The laws that purposes cite, as Finlex and EUR-Lex name them. */
const laws: ReadonlyMap<string, LocalizedText> = new Map([
  [
    'GDPR',
    {
      en: 'General Data Protection Regulation',
      fi: 'EU:n yleinen tietosuoja-asetus',
      sv: 'EU:s allmänna dataskyddsförordning',
    },
  ],
  [
    'EHDS',
    {
      en: 'European Health Data Space Regulation',
      fi: 'Asetus eurooppalaisesta terveysdata-alueesta',
      sv: 'Förordningen om det europeiska hälsodataområdet',
    },
  ],
  [
    '703/2023',
    {
      en: 'Act on the Processing of Client Data in Social Welfare and Healthcare',
      fi: 'Laki sosiaali- ja terveydenhuollon asiakastietojen käsittelystä',
      sv: 'Lagen om behandling av kunduppgifter inom social- och hälsovården',
    },
  ],
  [
    '552/2019',
    {
      en: 'Act on the Secondary Use of Health and Social Data',
      fi: 'Laki sosiaali- ja terveystietojen toissijaisesta käytöstä',
      sv: 'Lagen om sekundär användning av personuppgifter inom social- och hälsovården',
    },
  ],
  [
    '906/2019',
    {
      en: 'Act on Information Management in Public Administration',
      fi: 'Laki julkisen hallinnon tiedonhallinnasta',
      sv: 'Lagen om informationshantering inom den offentliga förvaltningen',
    },
  ],
  ['1301/2014', { en: 'Social Welfare Act', fi: 'Sosiaalihuoltolaki', sv: 'Socialvårdslagen' }],
  ['417/2007', { en: 'Child Welfare Act', fi: 'Lastensuojelulaki', sv: 'Barnskyddslagen' }],
  [
    '540/2018',
    {
      en: 'Act on Early Childhood Education and Care',
      fi: 'Varhaiskasvatuslaki',
      sv: 'Lagen om småbarnspedagogik',
    },
  ],
  ['1412/1997', { en: 'Act on Social Assistance', fi: 'Laki toimeentulotuesta', sv: 'Lagen om utkomststöd' }],
]);

/** `417/2007 §25-27`: a Finnish act, and sections of it. */
const ACT = /^(\d+\/\d{4})(?: §(\d+)(?:-(\d+))?)?$/;
/** `GDPR 6(1)(c)(e)`: an article of a regulation, a paragraph of it, and points of that. */
const REGULATION = /^([A-Z]+) (\d+)(?:\((\d+)\))?((?:\([a-z]\))*)$/;

/**
 * What a policy cites, in words for people who do not know its short form.
 * @returns undefined for a law that has no words here
 */
export function citationLabel(citation: string): LocalizedText | undefined {
  const act = ACT.exec(citation);
  if (act) return labelAct(act);
  const regulation = REGULATION.exec(citation);
  return regulation ? labelRegulation(regulation) : undefined;
}

function labelAct([, number = '', first, last]: readonly (string | undefined)[]): LocalizedText | undefined {
  const name = laws.get(number);
  if (!name) return undefined;
  const sections = last === undefined ? first : `${first}–${last}`;
  const add = (text: string, place: string) =>
    `${text} (${number})${first === undefined ? '' : `, ${place}`}`;
  return {
    en: add(name.en, `${last === undefined ? 'section' : 'sections'} ${sections}`),
    fi: add(name.fi, `${sections} §`),
    sv: add(name.sv, `${sections} §`),
  };
}

function labelRegulation([, short = '', article, paragraph, points = '']: readonly (string | undefined)[]):
  LocalizedText | undefined {
  const name = laws.get(short);
  if (!name) return undefined;
  const letters = [...points.matchAll(/[a-z]/g)].map(([letter]) => letter);
  const inParagraph = paragraph === undefined ? '' : `(${paragraph})`;
  return {
    en: `${name.en}, Article ${article}${inParagraph}${letters.map((letter) => `(${letter})`).join(' and ')}`,
    fi: `${name.fi}, ${finnishPlace(article, paragraph, letters)}`,
    sv: `${name.sv}, artikel ${article}${paragraph === undefined ? '' : `.${paragraph}`}${letters.length > 0 ? ` ${letters.join(' och ')}` : ''}`,
  };
}

function finnishPlace(
  article: string | undefined,
  paragraph: string | undefined,
  letters: readonly string[],
): string {
  if (paragraph === undefined) return `${article} artikla`;
  if (letters.length === 0) return `${article} artiklan ${paragraph} kohta`;
  return `${article} artiklan ${paragraph} kohdan ${letters.join(' ja ')} alakohta`;
}
