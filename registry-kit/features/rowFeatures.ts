import type { PersonKey } from '../../schema/keys.js';
import type { Table } from '../columns/table.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { LocalizedText } from '../../schema/language.js';
import type { ChildHousehold, Feature, FeatureSource, HouseholdPart } from './feature.js';
import { CO_OCCURRENCE, type RowKind, type RowTest, type Statistic, TREND_MONTHS } from './statistic.js';
import { StatisticsReader } from './statisticsReader.js';

/** The statistics of a registry, by whose rows they use. */
type StatisticCatalogue = Readonly<Record<HouseholdPart, readonly Statistic[]>>;

const PARTS: readonly HouseholdPart[] = ['child', 'parents', 'siblings'];

/** Features that are statistics of rows. `statistics` has the same order as `features`. */
interface RowFeatureSource extends FeatureSource<RegistryStore> {
  readonly statistics: readonly Statistic[];
}

/** Makes the features of a registry that are statistics of its rows. */
export function rowFeatures(registry: string, catalogue: StatisticCatalogue): RowFeatureSource {
  const statistics = PARTS.flatMap((part) => catalogue[part]);
  const features = PARTS.flatMap((part) =>
    catalogue[part].map((statistic): Feature => ({
      id: `${registry}.${part}.${idOf(statistic)}`,
      part,
      label: labelOf(part, statistic),
      formula: formulaOf(statistic),
      months: monthsOf(statistic),
      reads: coordinatesOf(statistic),
    })),
  );
  return {
    features,
    statistics,
    reader: ({ tables }, before) => {
      const rows = tables as Readonly<Record<string, Table>>;
      let at = 0;
      const readers = PARTS.map((part) => {
        const entry = { part, at, reader: new StatisticsReader(catalogue[part], rows, before) };
        at += catalogue[part].length;
        return entry;
      });
      return {
        read: (household, known, into) => {
          for (const { part, at: first, reader } of readers) {
            const persons = personsOf(household, part);
            if (persons.every(known)) reader.read(persons, into, first);
            else into.fill(Number.NaN, first, first + catalogue[part].length);
          }
        },
      };
    },
  };
}

function personsOf({ child, parents, siblings }: ChildHousehold, part: HouseholdPart): readonly PersonKey[] {
  return part === 'child' ? [child] : part === 'parents' ? parents : siblings;
}

/** The id of a statistic within its registry and household part, such as `T60.36m`. */
function idOf(statistic: Statistic): string {
  switch (statistic.kind) {
    case 'count':
      return `${statistic.of.id}.${statistic.months === undefined ? 'ever' : `${statistic.months}m`}`;
    case 'sum':
      return `${statistic.of.id}.${statistic.number.id}.${statistic.months}m`;
    case 'mean':
      return `${statistic.of.id}.${statistic.number.id}Mean.${statistic.months}m`;
    case 'variety':
      return `${statistic.id}.${statistic.months}m`;
    case 'coOccurrence':
      return `${statistic.of[0].id}+${statistic.of[1].id}`;
    default:
      return `${statistic.of.id}.${statistic.kind}`;
  }
}

function monthsOf(statistic: Statistic): number | undefined {
  if ('months' in statistic) return statistic.months;
  if (statistic.kind === 'trend') return TREND_MONTHS.whole;
  return statistic.kind === 'coOccurrence' ? CO_OCCURRENCE.months : undefined;
}

/** Returns every coordinate that the number reveals. */
function coordinatesOf(statistic: Statistic): readonly string[] {
  const kinds = Array.isArray(statistic.of)
    ? (statistic.of as readonly RowKind[])
    : [statistic.of as RowKind];
  const further =
    'number' in statistic
      ? [statistic.number.coordinate]
      : statistic.kind === 'ongoing'
        ? [statistic.end.coordinate]
        : [];
  return [...new Set([...kinds.flatMap(({ reads }) => reads), ...further])];
}

/** Describes the calculation of a statistic, and how it combines the rows of several persons. */
function formulaOf(statistic: Statistic): string {
  switch (statistic.kind) {
    case 'count':
      return `number of ${rows(statistic.of)}${began(statistic.months)}, summed over persons`;
    case 'sum':
      return `sum of ${statistic.number.column} of ${rows(statistic.of)}${began(statistic.months)}, summed over persons`;
    case 'mean':
      return `mean of ${statistic.number.column} of ${rows(statistic.of)}${began(statistic.months)}, of all persons together; 0 where there is none`;
    case 'since':
      return `days from the beginning of the last of ${rows(statistic.of)} to the quarter, of anybody; infinite where there is none`;
    case 'trend': {
      const { recent, whole } = TREND_MONTHS;
      return `number of ${rows(statistic.of)}${began(recent)}, less the yearly number of those of the ${whole - recent} months before; summed over persons`;
    }
    case 'variety':
      return `how many of these there are any of${began(statistic.months)}: ${statistic.of.map(rows).join('; ')}; of all persons together`;
    case 'coOccurrence': {
      const [first, second] = statistic.of;
      return `1 where one of ${rows(first)} and one of ${rows(second)} began at most ${CO_OCCURRENCE.days} days apart, the later of them in the ${CO_OCCURRENCE.months} months before the quarter; summed over persons`;
    }
    case 'ongoing':
      return `number of ${rows(statistic.of)} that began before the quarter and had not ended, summed over persons`;
  }
}

function rows({ table, where }: RowKind): string {
  return where === undefined ? `rows of ${table}` : `rows of ${table} with ${tested(where)}`;
}

function tested(test: RowTest): string {
  if ('codes' in test) return `${test.column} ${test.codes.join(' or ')}`;
  return 'prefixes' in test
    ? `${test.column} ${test.prefixes.map((prefix) => `${prefix}*`).join(' or ')}`
    : `${test.column} of ${test.atLeast} or more`;
}

function began(months: number | undefined): string {
  return months === undefined
    ? ' that began before the quarter'
    : ` that began in the ${months} months before the quarter`;
}

const PART_LABELS: Readonly<Record<HouseholdPart, LocalizedText>> = {
  child: { fi: 'lapsi', en: 'child', sv: 'barnet' },
  parents: { fi: 'vanhemmat', en: 'parents', sv: 'föräldrarna' },
  siblings: { fi: 'sisarukset', en: 'siblings', sv: 'syskonen' },
};

/** Makes the label of a feature. */
function labelOf(part: HouseholdPart, statistic: Statistic): LocalizedText {
  const { fi, en, sv } = words(statistic);
  return {
    fi: `${PART_LABELS[part].fi}: ${fi}`,
    en: `${PART_LABELS[part].en}: ${en}`,
    sv: `${PART_LABELS[part].sv}: ${sv}`,
  };
}

function words(statistic: Statistic): LocalizedText {
  switch (statistic.kind) {
    case 'count':
      return followed(statistic.of.label, within(statistic.months));
    case 'sum':
      return followed(statistic.number.label, within(statistic.months));
    case 'mean':
      return followed(statistic.number.label, {
        fi: `, keskimäärin kerralla, ${statistic.months} kuukaudessa`,
        en: `, on average each time, in ${statistic.months} months`,
        sv: `, i medeltal per gång, på ${statistic.months} månader`,
      });
    case 'since':
      return followed(statistic.of.label, {
        fi: ', päiviä viimeisestä',
        en: ', days since the last',
        sv: ', dagar sedan det senaste',
      });
    case 'trend':
      return followed(statistic.of.label, {
        fi: ', viime vuosi verrattuna kahteen edelliseen',
        en: ', the last year against the two before',
        sv: ', det senaste året mot de två föregående',
      });
    case 'variety':
      return followed(statistic.label, within(statistic.months));
    case 'coOccurrence': {
      const [first, second] = statistic.of;
      return {
        fi: `${first.label.fi} ja ${second.label.fi} vuoden sisällä toisistaan`,
        en: `${first.label.en} and ${second.label.en} within a year of each other`,
        sv: `${first.label.sv} och ${second.label.sv} inom ett år från varandra`,
      };
    }
    case 'ongoing':
      return followed(statistic.of.label, { fi: ', meneillään', en: ', going on', sv: ', pågår' });
  }
}

function followed(label: LocalizedText, by: LocalizedText): LocalizedText {
  return { fi: label.fi + by.fi, en: label.en + by.en, sv: label.sv + by.sv };
}

function within(months: number | undefined): LocalizedText {
  return months === undefined
    ? { fi: ' tähän mennessä', en: ' so far', sv: ' hittills' }
    : { fi: ` ${months} kuukaudessa`, en: ` in ${months} months`, sv: ` på ${months} månader` };
}
