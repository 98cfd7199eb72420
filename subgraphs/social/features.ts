import { addMonths, formatDay, formatQuarter, parseQuarter } from '../../lib/calendar.js';
import { codeAt, NO_DAY, rowsOf } from '../../registry-kit/columns/table.js';
import type { Labels } from '../../registry-kit/features/feature.js';
import { rowFactors } from '../../registry-kit/features/rowFeatures.js';
import {
  counts,
  type RowKind,
  type RowNumber,
  since,
  sums,
  together,
  trends,
} from '../../registry-kit/features/statistic.js';
import type { ChildNumber, Foretelling } from '../../registry-kit/feeds/predictionFeatures.js';
import type { RegistryStore } from '../../registry-kit/subgraph/registryContext.js';
import type { socialRegistry } from './tables.js';

const contacts = { table: 'contacts', start: 'start' };
const dated = ['Person.socialContacts', 'SocialContact.startedAt'];

const contactsWith = (service: string, label: Labels): RowKind => ({
  ...contacts,
  id: service,
  label,
  where: { column: 'service', codes: [service] },
  reads: [...dated, 'SocialContact.service'],
});
const steps = (id: string, codes: readonly string[], label: Labels): RowKind => ({
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

const kindsOfBurden: Labels = {
  fi: 'eri kuormitusta kertovia palveluja',
  en: 'kinds of services that tell of burden',
  sv: 'slag av tjänster som tyder på belastning',
};

/** The features of social services about a child and the child's family. */
export const socialFactors = rowFactors('social', {
  child: [
    ...counts(any, 3, 12, 36, 60, undefined),
    ...counts(familyWork, 12, 36, 60),
    ...counts(guidance, 3, 12, 36, 60),
    ...counts(disability, 12, 36, 60, undefined),
    ...counts(notifications, 3, 12, 36, 60, undefined),
    ...counts(assessments, 12, 36, undefined),
    ...counts(openCare, 36, undefined),
    ...counts(placements, 36, undefined),
    ...counts(clientships, undefined),
    ...since(any, guidance, disability, notifications, clientships),
    ...trends(any, guidance),
    ...[12, 36].map((months) => ({
      kind: 'variety' as const,
      id: 'burdens',
      label: kindsOfBurden,
      of: [familyWork, guidance, disability, notifications, clientships],
      months,
    })),
    together(guidance, disability),
    together(familyWork, guidance),
  ],
  parents: [
    ...counts(any, 12, 36, 60),
    ...counts(adultWork, 3, 12, 36, 60, undefined),
    ...counts(supportOffice, 12, 36),
    ...counts(familyLaw, 3, 12, 36, 60, undefined),
    ...counts(homeHelp, 3, 12, 36, 60),
    ...counts(disability, 12, 36),
    ...counts(substances, 3, 12, 36, 60, undefined),
    ...counts(immigrants, 12, 36),
    ...counts(support, 3, 12, 36, 60, undefined),
    ...sums(support, euros, 12, 36),
    ...since(adultWork, familyLaw, homeHelp, substances, support),
    ...trends(adultWork, support),
    ...[12, 36].map((months) => ({
      kind: 'variety' as const,
      id: 'burdens',
      label: kindsOfBurden,
      of: [adultWork, familyLaw, homeHelp, substances, support],
      months,
    })),
    together(adultWork, supportOffice),
    together(adultWork, substances),
    together(familyLaw, adultWork),
  ],
  siblings: [
    ...counts(notifications, 12, 36, undefined),
    ...counts(clientships, 36, undefined),
    ...counts(placements, undefined),
    ...counts(guidance, 36),
    ...counts(disability, 36),
    { kind: 'ongoing', of: clientships, end: stepEnd },
  ],
});

/** Whether a child is a client of child protection. Need is not predicted for clients. */
const isClient = rowFactors('social', {
  child: [{ kind: 'ongoing', of: clientships, end: stepEnd }],
  parents: [],
  siblings: [],
});

type SocialStore = RegistryStore<typeof socialRegistry>;

/**
 * Whether a child is a client of child protection on the day before the quarter. Need is not predicted for
 * clients.
 */
const client: ChildNumber<SocialStore> = {
  name: 'client',
  size: 1,
  reads: isClient.factors[0]!.reads,
  reader: (store, before) => isClient.reader(store, before).read,
};

/** When a child next became a client of child protection, in open care or by placement (417/2007). */
const clientFrom: ChildNumber<SocialStore> = {
  name: 'clientFrom',
  size: 1,
  reads: client.reads,
  reader:
    ({ tables: { childProtection } }, before) =>
    ({ child }, known, into) => {
      into[0] = known(child) ? Infinity : Number.NaN;
      const { start, step } = childProtection.columns;
      const [from, to] = rowsOf(childProtection, child);
      for (let row = to - 1; row >= from && start[row]! >= before; row--)
        if (clientSteps.includes(codeAt(step, row) ?? '')) into[0] = start[row]!;
    },
};

/** Only children whose child-protection steps the caller may see are assessed. */
export const socialForetelling: Foretelling<SocialStore> = {
  source: socialFactors,
  shownOfChild: ['Person.childProtection'],
  besides: [client],
  outcomes: [client, clientFrom],
  outcomeTexts: (store) => ({ dataUntil: [dataUntil(store)] }),
};

/** The last day that the register covers: the end of the quarter in which the last contact began. */
function dataUntil({ tables: { contacts } }: SocialStore): string {
  const last = contacts.columns.start.reduce((latest, day) => Math.max(latest, day), NO_DAY);
  return formatDay(addMonths(parseQuarter(formatQuarter(last))!, 3) - 1);
}
