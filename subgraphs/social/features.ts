import { addMonths, formatDay, formatQuarter, parseQuarter } from '../../lib/calendar.js';
import { codeAt, NO_DAY, rowRangeOf } from '../../registry-kit/columns/table.js';
import { rowFeatures } from '../../registry-kit/features/rowFeatures.js';
import {
  coOccurrence,
  countsOf,
  daysSinceLast,
  type RowKind,
  type RowNumber,
  sumsOf,
  trendsOf,
} from '../../registry-kit/features/statistic.js';
import type { ChildValuesSource, PredictionFeatures } from '../../registry-kit/feeds/predictionFeatures.js';
import type { RegistryStore } from '../../registry-kit/subgraph/registryContext.js';
import type { socialRegistry } from './tables.js';
import type { LocalizedText } from '../../schema/language.js';

const contacts = { table: 'contacts', start: 'start' };
const dated = ['Person.socialContacts', 'SocialContact.startedAt'];

const contactsWith = (service: string, label: LocalizedText): RowKind => ({
  ...contacts,
  id: service,
  label,
  where: { column: 'service', codes: [service] },
  reads: [...dated, 'SocialContact.service'],
});
const steps = (id: string, codes: readonly string[], label: LocalizedText): RowKind => ({
  id,
  label,
  table: 'childProtection',
  start: 'start',
  where: { column: 'step', codes },
  reads: ['Person.childProtection', 'ChildProtectionStep.step', 'ChildProtectionStep.startedAt'],
});

const any: RowKind = {
  ...contacts,
  id: 'any',
  label: {
    fi: 'kontakteja sosiaalipalveluihin',
    en: 'contacts with social services',
    sv: 'kontakter med socialtjänster',
  },
  reads: dated,
};
const adultWork = contactsWith('S10', {
  fi: 'kontakteja aikuissosiaalityöhön',
  en: 'contacts with adult social work',
  sv: 'kontakter med socialarbete för vuxna',
});
const supportOffice = contactsWith('S11', {
  fi: 'tapaamisia toimeentulotuesta',
  en: 'meetings about income support',
  sv: 'möten om utkomststöd',
});
const familyWork = contactsWith('S20', {
  fi: 'kontakteja perhesosiaalityöhön',
  en: 'contacts with family social work',
  sv: 'kontakter med familjesocialarbete',
});
const guidance = contactsWith('S30', {
  fi: 'kontakteja kasvatus- ja perheneuvontaan',
  en: 'contacts with child guidance and family counselling',
  sv: 'kontakter med fostrings- och familjerådgivning',
});
const familyLaw = contactsWith('S31', {
  fi: 'kontakteja perheoikeudellisiin palveluihin',
  en: 'contacts with family-law services',
  sv: 'kontakter med familjerättsliga tjänster',
});
const homeHelp = contactsWith('S40', {
  fi: 'lapsiperheiden kotipalvelun käyntejä',
  en: 'visits of home help for families',
  sv: 'besök av hemservice för barnfamiljer',
});
const disability = contactsWith('S50', {
  fi: 'kontakteja vammaispalveluihin',
  en: 'contacts with disability services',
  sv: 'kontakter med handikappservice',
});
const substances = contactsWith('S70', {
  fi: 'kontakteja päihdetyöhön',
  en: 'contacts with substance-use work',
  sv: 'kontakter med missbrukarvård',
});
const immigrants = contactsWith('S80', {
  fi: 'kontakteja maahanmuuttajapalveluihin',
  en: 'contacts with services for immigrants',
  sv: 'kontakter med tjänster för invandrare',
});

const notifications = steps('notifications', ['notification'], {
  fi: 'lastensuojeluilmoituksia',
  en: 'child-protection notifications',
  sv: 'barnskyddsanmälningar',
});
const assessments = steps('assessments', ['assessment'], {
  fi: 'palvelutarpeen arviointeja',
  en: 'assessments of need',
  sv: 'bedömningar av servicebehovet',
});
const openCare = steps('openCare', ['open-care'], {
  fi: 'asiakkuuksia avohuollossa',
  en: 'clientships in open care',
  sv: 'klientskap i öppenvården',
});
const placements = steps('placements', ['placement'], {
  fi: 'sijoituksia kodin ulkopuolelle',
  en: 'placements outside the home',
  sv: 'placeringar utom hemmet',
});
/** Steps that make a child a client of child protection. */
const clientSteps: readonly string[] = ['open-care', 'placement'];
const clientships = steps('clientships', clientSteps, {
  fi: 'lastensuojelun asiakkuuksia',
  en: 'child-protection clientships',
  sv: 'klientskap i barnskyddet',
});
const stepEnd = { column: 'end', coordinate: 'ChildProtectionStep.endedAt' };

const support: RowKind = {
  id: 'support',
  label: {
    fi: 'toimeentulotukikuukausia',
    en: 'months of income support',
    sv: 'månader med utkomststöd',
  },
  table: 'incomeSupport',
  start: 'month',
  reads: ['Person.incomeSupport', 'IncomeSupportMonth.month'],
};
const euros: RowNumber = {
  id: 'euros',
  label: { fi: 'toimeentulotukea euroina', en: 'euros of income support', sv: 'euro utkomststöd' },
  column: 'amount',
  coordinate: 'IncomeSupportMonth.amount',
};

const kindsOfBurden: LocalizedText = {
  fi: 'eri kuormitusta kertovia palveluja',
  en: 'kinds of services that tell of burden',
  sv: 'slag av tjänster som tyder på belastning',
};

/** The features of social services about a child and the child's family. */
export const socialFeatures = rowFeatures('social', {
  child: [
    ...countsOf(any, 3, 12, 36, 60, undefined),
    ...countsOf(familyWork, 12, 36, 60),
    ...countsOf(guidance, 3, 12, 36, 60),
    ...countsOf(disability, 12, 36, 60, undefined),
    ...countsOf(notifications, 3, 12, 36, 60, undefined),
    ...countsOf(assessments, 12, 36, undefined),
    ...countsOf(openCare, 36, undefined),
    ...countsOf(placements, 36, undefined),
    ...countsOf(clientships, undefined),
    ...daysSinceLast(any, guidance, disability, notifications, clientships),
    ...trendsOf(any, guidance),
    ...[12, 36].map((months) => ({
      kind: 'variety' as const,
      id: 'burdens',
      label: kindsOfBurden,
      of: [familyWork, guidance, disability, notifications, clientships],
      months,
    })),
    coOccurrence(guidance, disability),
    coOccurrence(familyWork, guidance),
  ],
  parents: [
    ...countsOf(any, 12, 36, 60),
    ...countsOf(adultWork, 3, 12, 36, 60, undefined),
    ...countsOf(supportOffice, 12, 36),
    ...countsOf(familyLaw, 3, 12, 36, 60, undefined),
    ...countsOf(homeHelp, 3, 12, 36, 60),
    ...countsOf(disability, 12, 36),
    ...countsOf(substances, 3, 12, 36, 60, undefined),
    ...countsOf(immigrants, 12, 36),
    ...countsOf(support, 3, 12, 36, 60, undefined),
    ...sumsOf(support, euros, 12, 36),
    ...daysSinceLast(adultWork, familyLaw, homeHelp, substances, support),
    ...trendsOf(adultWork, support),
    ...[12, 36].map((months) => ({
      kind: 'variety' as const,
      id: 'burdens',
      label: kindsOfBurden,
      of: [adultWork, familyLaw, homeHelp, substances, support],
      months,
    })),
    coOccurrence(adultWork, supportOffice),
    coOccurrence(adultWork, substances),
    coOccurrence(familyLaw, adultWork),
  ],
  siblings: [
    ...countsOf(notifications, 12, 36, undefined),
    ...countsOf(clientships, 36, undefined),
    ...countsOf(placements, undefined),
    ...countsOf(guidance, 36),
    ...countsOf(disability, 36),
    { kind: 'ongoing', of: clientships, end: stepEnd },
  ],
});

/** Whether a child is a client of child protection. Need is not predicted for clients. */
const isClient = rowFeatures('social', {
  child: [{ kind: 'ongoing', of: clientships, end: stepEnd }],
  parents: [],
  siblings: [],
});

type SocialStore = RegistryStore<typeof socialRegistry>;

/**
 * Whether a child is a client of child protection on the day before the quarter. Need is not predicted for
 * clients.
 */
const client: ChildValuesSource<SocialStore> = {
  name: 'client',
  size: 1,
  reads: isClient.features[0]!.reads,
  reader: (store, before) => isClient.reader(store, before).read,
};

/** When a child next became a client of child protection, in open care or by placement (417/2007). */
const clientFrom: ChildValuesSource<SocialStore> = {
  name: 'clientFrom',
  size: 1,
  reads: client.reads,
  reader:
    ({ tables: { childProtection } }, before) =>
    ({ child }, known, into) => {
      into[0] = known(child) ? Infinity : Number.NaN;
      const { start, step } = childProtection.columns;
      const [from, to] = rowRangeOf(childProtection, child);
      for (let row = to - 1; row >= from && start[row]! >= before; row--)
        if (clientSteps.includes(codeAt(step, row) ?? '')) into[0] = start[row]!;
    },
};

/** Only children whose child-protection steps the caller may see are assessed. */
export const socialPredictionFeatures: PredictionFeatures<SocialStore> = {
  source: socialFeatures,
  visibleOfChild: ['Person.childProtection'],
  extraColumns: [client],
  outcomes: [client, clientFrom],
  outcomeTexts: (store) => ({ dataUntil: [dataUntil(store)] }),
};

/** The last day that the register covers: the end of the quarter in which the last contact began. */
function dataUntil({ tables: { contacts } }: SocialStore): string {
  const last = contacts.columns.start.reduce((latest, day) => Math.max(latest, day), NO_DAY);
  return formatDay(addMonths(parseQuarter(formatQuarter(last))!, 3) - 1);
}
