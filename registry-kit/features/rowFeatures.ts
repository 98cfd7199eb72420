import type { PersonKey } from '../../schema/keys.js';
import type { Table } from '../columns/table.js';
import type { RegistryStore } from '../subgraph/registryContext.js';
import type { Factor, FactorSource, Household, Labels, Whose } from './feature.js';
import { RowReader } from './rowReader.js';
import { type RowKind, type RowTest, type Statistic, TOGETHER, TREND_MONTHS } from './statistic.js';

/** What is reckoned of the rows of whom. */
type RowCatalogue = Readonly<Record<Whose, readonly Statistic[]>>;

const PARTS: readonly Whose[] = ['child', 'parents', 'siblings'];

/** Factors that are statistics of rows, each with the statistic in its place. */
interface RowFactors extends FactorSource<RegistryStore> {
  readonly statistics: readonly Statistic[];
}

/** The factors of a registry that are statistics of its rows. */
export function rowFactors(registry: string, catalogue: RowCatalogue): RowFactors {
  const statistics = PARTS.flatMap((whose) => catalogue[whose]);
  const factors = PARTS.flatMap((whose) =>
    catalogue[whose].map((statistic): Factor => ({
      id: `${registry}.${whose}.${idOf(statistic)}`,
      whose,
      label: labelOf(whose, statistic),
      formula: formulaOf(statistic),
      months: monthsOf(statistic),
      reads: coordinatesOf(statistic),
    })),
  );
  return {
    factors,
    statistics,
    reader: ({ tables }, before) => {
      const rows = tables as Readonly<Record<string, Table>>;
      let at = 0;
      const parts = PARTS.map((whose) => {
        const part = { whose, at, reader: new RowReader(catalogue[whose], rows, before) };
        at += catalogue[whose].length;
        return part;
      });
      return {
        read: (household, known, into) => {
          for (const part of parts) {
            const persons = personsOf(household, part.whose);
            if (persons.every(known)) part.reader.read(persons, into, part.at);
            else into.fill(Number.NaN, part.at, part.at + catalogue[part.whose].length);
          }
        },
      };
    },
  };
}

function personsOf({ child, parents, siblings }: Household, whose: Whose): readonly PersonKey[] {
  return whose === 'child' ? [child] : whose === 'parents' ? parents : siblings;
}

/** `T60.36m`: what a statistic is called within its registry and part of the family. */
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
    case 'together':
      return `${statistic.of[0].id}+${statistic.of[1].id}`;
    default:
      return `${statistic.of.id}.${statistic.kind}`;
  }
}

function monthsOf(statistic: Statistic): number | undefined {
  if ('months' in statistic) return statistic.months;
  if (statistic.kind === 'trend') return TREND_MONTHS.whole;
  return statistic.kind === 'together' ? TOGETHER.months : undefined;
}

/** Every coordinate that the number tells of. */
function coordinatesOf(statistic: Statistic): readonly string[] {
  const kinds = Array.isArray(statistic.of)
    ? (statistic.of as readonly RowKind[])
    : [statistic.of as RowKind];
  const besides =
    'number' in statistic
      ? [statistic.number.coordinate]
      : statistic.kind === 'ongoing'
        ? [statistic.end.coordinate]
        : [];
  return [...new Set([...kinds.flatMap(({ reads }) => reads), ...besides])];
}

/** The formula of a statistic over the rows of one person; those of several persons are joined as it says. */
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
    case 'together': {
      const [first, second] = statistic.of;
      return `1 where one of ${rows(first)} and one of ${rows(second)} began at most ${TOGETHER.days} days apart, the later of them in the ${TOGETHER.months} months before the quarter; summed over persons`;
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

const WHOSE: Readonly<Record<Whose, Labels>> = {
  child: { fi: 'lapsi', en: 'child', sv: 'barnet' },
  parents: { fi: 'vanhemmat', en: 'parents', sv: 'föräldrarna' },
  siblings: { fi: 'sisarukset', en: 'siblings', sv: 'syskonen' },
};

/** The label of a factor, by whose it is. */
function labelOf(whose: Whose, statistic: Statistic): Labels {
  const { fi, en, sv } = words(statistic);
  return {
    fi: `${WHOSE[whose].fi}: ${fi}`,
    en: `${WHOSE[whose].en}: ${en}`,
    sv: `${WHOSE[whose].sv}: ${sv}`,
  };
}

function words(statistic: Statistic): Labels {
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
    case 'together': {
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

function followed(label: Labels, by: Labels): Labels {
  return { fi: label.fi + by.fi, en: label.en + by.en, sv: label.sv + by.sv };
}

function within(months: number | undefined): Labels {
  return months === undefined
    ? { fi: ' tähän mennessä', en: ' so far', sv: ' hittills' }
    : { fi: ` ${months} kuukaudessa`, en: ` in ${months} months`, sv: ` på ${months} månader` };
}
