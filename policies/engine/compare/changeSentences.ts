import { type Day, formatDay } from '../../../lib/calendar.js';
import { groupBy } from '../../../lib/groupBy.js';
import { inLanguage, Language, type LocalizedText } from '../../../schema/language.js';
import { describeCondition } from '../catalogue/conditions.js';
import type { Requester } from '../decide/decisionRequest.js';
import type { Policy } from '../decide/policy.js';
import type { MaskName, Permission } from '../decision.js';
import {
  type AccessDifference,
  diffDisclosure,
  type DisclosureDiff,
  type DisclosureParameter,
} from './diffPolicies.js';

/** Whether somebody sees more, less, or something else. */
export type ChangeEffect = 'widens' | 'narrows' | 'changes';

/** What changes for a role and a purpose, in a sentence for people who do not read YAML. */
export interface PolicyChange {
  readonly effect: ChangeEffect;
  readonly sentence: LocalizedText;
  /** The registry whose data it is about. */
  readonly registry: string;
  readonly purpose: string;
  /** undefined: it is about numbers of groups, for every role. */
  readonly role: string | undefined;
  /** The fields that it is about. */
  readonly coordinates: readonly string[];
  /** The type that is computed from the fields; undefined: it is about the fields themselves. */
  readonly derivedType: string | undefined;
}

/**
 * All changes between two policies: first what somebody sees more of.
 * @param differences what accessDifferences found between them
 */
export function policyChanges(
  before: Policy,
  after: Policy,
  differences: readonly AccessDifference[],
): PolicyChange[] {
  const writer = new ChangeWriter(before, after);
  const alike = groupBy(differences, (difference) =>
    JSON.stringify([
      writer.placeOf(difference),
      difference.role,
      difference.purpose,
      difference.from,
      difference.credentials,
      difference.was.map(wayOf),
      difference.is.map(wayOf),
    ]),
  );
  const changes = [
    ...[...alike.values()].map((same) => writer.accessChange(same)),
    ...diffDisclosure(before, after).map((difference) => writer.disclosureChange(difference)),
  ];
  const order: readonly ChangeEffect[] = ['widens', 'changes', 'narrows'];
  return changes.toSorted((a, b) => order.indexOf(a.effect) - order.indexOf(b.effect));
}

function wayOf({ mask, conditions }: Permission): unknown {
  return [mask, conditions];
}

const effects = {
  gains: 'widens',
  loses: 'narrows',
  'sees more of': 'widens',
  'sees less of': 'narrows',
  'sees otherwise': 'changes',
} as const satisfies Record<AccessDifference['verb'], ChangeEffect>;

class ChangeWriter {
  readonly #registries: ReadonlyMap<string, string>;
  readonly #labels: ReadonlyMap<string, LocalizedText>;

  constructor(
    private readonly before: Policy,
    private readonly after: Policy,
  ) {
    const infos = [...before.coordinates(), ...after.coordinates()];
    this.#registries = new Map(infos.map(({ coordinate, registry }) => [coordinate, registry]));
    this.#labels = new Map(
      infos.flatMap(({ coordinate, classification }) =>
        classification?.label ? [[coordinate, classification.label] as const] : [],
      ),
    );
  }

  /** The registry of the field, and the derived type. */
  placeOf({ key }: AccessDifference): {
    readonly registry: string;
    readonly derivedType: string | undefined;
  } {
    const [type, input] = key.split(' < ');
    const coordinate = input ?? key;
    return {
      registry: this.#registries.get(coordinate) ?? '',
      derivedType: input === undefined ? undefined : type,
    };
  }

  /** @param same differences that differ by their fields only */
  accessChange(same: readonly AccessDifference[]): PolicyChange {
    const [first] = same as readonly [AccessDifference];
    const { registry, derivedType } = this.placeOf(first);
    const all = same.map(({ key }) => key.split(' < ').at(-1)!);
    // The arguments of a listed field say nothing more.
    const coordinates = all.filter((name) => !name.includes('(') || !all.includes(name.split('(')[0]!));
    const [was, is] = differingWays(first.was, first.is);
    const { role, purpose, verb } = first;
    return {
      effect: effects[verb],
      registry,
      purpose,
      role,
      coordinates,
      derivedType,
      sentence: inEach((language) => {
        const texts = sentences[language];
        const parts: SentenceParts = {
          role: this.#name('roles', role, language) + this.#credentials(first, language),
          purpose: this.#name('purposes', purpose, language),
          fields: this.#fields(coordinates, language),
          many: coordinates.length > 1,
          was: describeWays(was, language),
          is: describeWays(is, language),
          derivedType,
        };
        const begins = first.from === undefined ? '' : texts.from(dayText(first.from, language));
        return begins + (derivedType === undefined ? texts[verb](parts) : texts.derived(verb, parts));
      }),
    };
  }

  disclosureChange(difference: ReturnType<typeof diffDisclosure>[number]): PolicyChange {
    const { registry, purpose, widens } = difference;
    return {
      effect: widens ? 'widens' : 'narrows',
      registry,
      purpose,
      role: undefined,
      coordinates: [],
      derivedType: undefined,
      sentence: inEach((language) =>
        sentences[language].groups({
          owner: this.#owner(registry, language),
          purpose: this.#name('purposes', purpose, language),
          ...describeParameter(difference, language),
        }),
      ),
    };
  }

  #name(kind: 'roles' | 'purposes', id: string, language: Language): string {
    const found = this.after[kind].get(id) ?? this.before[kind].get(id);
    return found ? inLanguage(found.label, language) : id;
  }

  #owner(registry: string, language: Language): string {
    const owner = (this.after.model.registries.get(registry) ?? this.before.model.registries.get(registry))
      ?.owner;
    return owner ? inLanguage(owner, language) : registry;
  }

  #fields(coordinates: readonly string[], language: Language): string {
    return coordinates
      .map((coordinate) => {
        const label = this.#labels.get(coordinate);
        return label ? `${coordinate} (${inLanguage(label, language)})` : coordinate;
      })
      .join(', ');
  }

  #credentials({ credentials }: AccessDifference, language: Language): string {
    if (!credentials) return '';
    const texts = credentials.map((one) => this.#credential(one, language));
    return ` (${[...new Set(texts)].join('; ')})`;
  }

  #credential({ recipient, permit }: Requester, language: Language): string {
    const texts = sentences[language];
    if (permit !== undefined) return `${texts.permit} ${permit}`;
    if (recipient === undefined) return texts.others;
    const label = this.after.recipientLabel(recipient) ?? this.before.recipientLabel(recipient);
    return label ? inLanguage(label, language) : recipient;
  }
}

export function inEach(write: (language: Language) => string): LocalizedText {
  return { en: write(Language.EN), fi: write(Language.FI), sv: write(Language.SV) };
}

/** A parameter of the protection of group numbers, and its values. */
export function describeParameter(
  { parameter, from, to }: Pick<DisclosureDiff, 'parameter' | 'from' | 'to'>,
  language: Language,
): Pick<GroupParts, 'parameter' | 'from' | 'to'> {
  return {
    parameter: inLanguage(parameters[parameter], language),
    from: numberText(from, language),
    to: numberText(to, language),
  };
}

function dayText(day: Day, language: Language): string {
  return language === Language.EN
    ? formatDay(day)
    : formatDay(day).replace(/^(\d{4})-0?(\d+)-0?(\d+)$/, '$3.$2.$1');
}

function numberText(value: number, language: Language): string {
  return language === Language.EN ? String(value) : String(value).replace('.', ',');
}

/** Leaves out ways that stay as they are, if others explain the change. */
function differingWays(
  was: readonly Permission[],
  is: readonly Permission[],
): readonly [readonly Permission[], readonly Permission[]] {
  const without = (ways: readonly Permission[], others: readonly Permission[]) => {
    const known = new Set(others.map((other) => JSON.stringify(wayOf(other))));
    return ways.filter((way) => !known.has(JSON.stringify(wayOf(way))));
  };
  const [gone, added] = [without(was, is), without(is, was)];
  return gone.length > 0 && added.length > 0 ? [gone, added] : [was, is];
}

/** The ways in which a field may be seen, strongest first, in words that follow a colon. */
export function describeWays(permissions: readonly Permission[], language: Language): string {
  const { whole, joined, when, otherwise, withheld } = sentences[language];
  const ways = permissions.map(({ mask, conditions }) => {
    const value = mask === undefined ? whole : inLanguage(maskTexts[mask], language);
    const needed = conditions.map((condition) => inLanguage(describeCondition(condition), language));
    return needed.length === 0 ? value : `${value}${when}${needed.join(joined)}`;
  });
  return ways.join(otherwise) || withheld;
}

/** What remains of a value under a mask. */
const maskTexts: Readonly<Record<MaskName, LocalizedText>> = {
  year: { en: 'only the year', fi: 'vain vuosi', sv: 'bara året' },
  month: { en: 'only the month', fi: 'vain kuukausi', sv: 'bara månaden' },
  'age-band': { en: 'only the five-year band', fi: 'vain viiden vuoden ikäluokka', sv: 'bara femårsklassen' },
  'icd10-chapter': {
    en: 'only the chapter of ICD-10',
    fi: 'vain ICD-10-luokituksen pääluokka',
    sv: 'bara kapitlet i ICD-10',
  },
  'icd10-block': {
    en: 'only the block of ICD-10',
    fi: 'vain ICD-10-luokituksen ryhmä',
    sv: 'bara avsnittet i ICD-10',
  },
  'district-to-area': { en: 'only the area', fi: 'vain suuralue', sv: 'bara storområdet' },
  'count-band': {
    en: 'only a band that the count lies in',
    fi: 'vain luokka, johon lukumäärä kuuluu',
    sv: 'bara klassen som antalet hör till',
  },
};

const parameters: Readonly<Record<DisclosureParameter, LocalizedText>> = {
  minimum: { en: 'the fewest people', fi: 'ihmisten vähimmäismäärä', sv: 'minsta antalet personer' },
  families: { en: 'the fewest families', fi: 'perheiden vähimmäismäärä', sv: 'minsta antalet familjer' },
  familyShare: {
    en: 'the largest share of one family',
    fi: 'yhden perheen suurin osuus',
    sv: 'en familjs största andel',
  },
  largestNoise: { en: 'the largest noise', fi: 'suurin satunnaisvirhe', sv: 'det största bruset' },
  variance: { en: 'the variance of the noise', fi: 'satunnaisvirheen varianssi', sv: 'brusets varians' },
  questions: { en: 'questions a month', fi: 'kysymyksiä kuukaudessa', sv: 'frågor i månaden' },
};

interface SentenceParts {
  readonly role: string;
  readonly purpose: string;
  readonly fields: string;
  readonly many: boolean;
  readonly was: string;
  readonly is: string;
  readonly derivedType: string | undefined;
}

interface GroupParts {
  readonly owner: string;
  readonly purpose: string;
  readonly parameter: string;
  readonly from: string;
  readonly to: string;
}

interface Sentences extends Readonly<Record<AccessDifference['verb'], (parts: SentenceParts) => string>> {
  readonly derived: (verb: AccessDifference['verb'], parts: SentenceParts) => string;
  readonly groups: (parts: GroupParts) => string;
  readonly from: (day: string) => string;
  readonly permit: string;
  readonly others: string;
  readonly whole: string;
  readonly joined: string;
  readonly when: string;
  readonly otherwise: string;
  readonly withheld: string;
}

/** Names stand in apposition, so that no language has to inflect them. */
const sentences: Readonly<Record<Language, Sentences>> = {
  EN: {
    gains: ({ role, purpose, fields, many, is }) =>
      `The role ${role} will see the ${many ? 'fields' : 'field'} ${fields} for the purpose ${purpose}: ${is}.`,
    loses: ({ role, purpose, fields, many, was }) =>
      `The role ${role} will no longer see the ${many ? 'fields' : 'field'} ${fields} for the purpose ${purpose}. Until now: ${was}.`,
    'sees more of': (parts) => changedEn(parts, 'more of'),
    'sees less of': (parts) => changedEn(parts, 'less of'),
    'sees otherwise': (parts) => changedEn(parts, 'something else of'),
    derived: (verb, { role, purpose, fields, derivedType, was, is }) => {
      const subject = `For the role ${role} and the purpose ${purpose}, ${derivedType}`;
      if (verb === 'gains') return `${subject} will be computed with ${fields}: ${is}.`;
      if (verb === 'loses') return `${subject} will be computed without ${fields}. Until now: ${was}.`;
      return `${subject} will be computed with other values of ${fields}. Before: ${was}. Now: ${is}.`;
    },
    groups: ({ owner, purpose, parameter, from, to }) =>
      `Numbers of groups with data of ${owner} for the purpose ${purpose}: ${parameter} changes from ${from} to ${to}.`,
    from: (day) => `From ${day}: `,
    permit: 'under the permit',
    others: 'all other organisations',
    whole: 'the value itself',
    joined: ' and ',
    when: ', if ',
    otherwise: '; else ',
    withheld: 'nothing',
  },
  FI: {
    gains: ({ role, purpose, fields, many, is }) =>
      `Rooli ${role} näkee jatkossa käyttötarkoituksessa ”${purpose}” ${many ? 'kentät' : 'kentän'} ${fields}: ${is}.`,
    loses: ({ role, purpose, fields, many, was }) =>
      `Rooli ${role} ei enää näe käyttötarkoituksessa ”${purpose}” ${many ? 'kenttiä' : 'kenttää'} ${fields}. Tähän asti: ${was}.`,
    'sees more of': (parts) => changedFi(parts, 'enemmän kuin ennen'),
    'sees less of': (parts) => changedFi(parts, 'vähemmän kuin ennen'),
    'sees otherwise': (parts) => changedFi(parts, 'eri tiedot kuin ennen'),
    derived: (verb, { role, purpose, fields, derivedType, was, is }) => {
      const subject = `Roolille ${role} käyttötarkoituksessa ”${purpose}” tieto ${derivedType}`;
      if (verb === 'gains') return `${subject} lasketaan jatkossa myös näistä: ${fields}. Käytetään: ${is}.`;
      if (verb === 'loses')
        return `${subject} lasketaan jatkossa ilman näitä: ${fields}. Tähän asti: ${was}.`;
      return `${subject} lasketaan jatkossa eri arvoista: ${fields}. Ennen: ${was}. Nyt: ${is}.`;
    },
    groups: ({ owner, purpose, parameter, from, to }) =>
      `Ryhmien luvut, rekisteri ${owner}, käyttötarkoitus ”${purpose}”: ${parameter} oli ${from} ja on jatkossa ${to}.`,
    from: (day) => `Alkaen ${day}: `,
    permit: 'luvalla',
    others: 'kaikki muut organisaatiot',
    whole: 'arvo sellaisenaan',
    joined: ' ja ',
    when: ', jos ',
    otherwise: '; muuten ',
    withheld: 'ei mitään',
  },
  SV: {
    gains: ({ role, purpose, fields, many, is }) =>
      `Rollen ${role} ser framöver ${many ? 'fälten' : 'fältet'} ${fields} för ändamålet ”${purpose}”: ${is}.`,
    loses: ({ role, purpose, fields, many, was }) =>
      `Rollen ${role} ser inte längre ${many ? 'fälten' : 'fältet'} ${fields} för ändamålet ”${purpose}”. Hittills: ${was}.`,
    'sees more of': (parts) => changedSv(parts, 'mer av'),
    'sees less of': (parts) => changedSv(parts, 'mindre av'),
    'sees otherwise': (parts) => changedSv(parts, 'något annat av'),
    derived: (verb, { role, purpose, fields, derivedType, was, is }) => {
      const subject = `För rollen ${role} och ändamålet ”${purpose}” beräknas ${derivedType} framöver`;
      if (verb === 'gains') return `${subject} även av ${fields}: ${is}.`;
      if (verb === 'loses') return `${subject} utan ${fields}. Hittills: ${was}.`;
      return `${subject} av andra värden för ${fields}. Förut: ${was}. Nu: ${is}.`;
    },
    groups: ({ owner, purpose, parameter, from, to }) =>
      `Tal om grupper, registret ${owner}, ändamålet ”${purpose}”: ${parameter} var ${from} och är framöver ${to}.`,
    from: (day) => `Från ${day}: `,
    permit: 'med tillståndet',
    others: 'alla andra organisationer',
    whole: 'värdet som sådant',
    joined: ' och ',
    when: ', om ',
    otherwise: '; annars ',
    withheld: 'ingenting',
  },
};

function changedEn({ role, purpose, fields, many, was, is }: SentenceParts, how: string): string {
  return `The role ${role} will see ${how} the ${many ? 'fields' : 'field'} ${fields} for the purpose ${purpose}. Before: ${was}. Now: ${is}.`;
}

function changedFi({ role, purpose, fields, many, was, is }: SentenceParts, how: string): string {
  return `Rooli ${role} näkee käyttötarkoituksessa ”${purpose}” ${many ? 'kentistä' : 'kentästä'} ${fields} ${how}. Ennen: ${was}. Nyt: ${is}.`;
}

function changedSv({ role, purpose, fields, many, was, is }: SentenceParts, how: string): string {
  return `Rollen ${role} ser framöver ${how} ${many ? 'fälten' : 'fältet'} ${fields} för ändamålet ”${purpose}”. Förut: ${was}. Nu: ${is}.`;
}
