import { categories } from '../../policies/engine/catalogue/conditions.js';
import { citationLabel } from '../../policies/engine/catalogue/laws.js';
import type { LocalizedText } from '../../schema/language.js';
import type { FieldEntry, PurposeEntry, RegistryEntry } from './registryEntry.js';

/** Who publishes the catalogue, and where. */
export interface Publication {
  /** The address of the catalogue. Ids of everything in it begin with it. */
  readonly address: string;
  /** The city's name. */
  readonly publisher: string;
  /** Where people ask about the data: `mailto:` or an address of a page. */
  readonly contact: string;
}

/** The vocabularies of DCAT 3, DCAT-AP, HealthDCAT-AP (release 8), CSV on the Web and Data Privacy. */
const CONTEXT = {
  adms: 'http://www.w3.org/ns/adms#',
  csvw: 'http://www.w3.org/ns/csvw#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dcatap: 'http://data.europa.eu/r5r/',
  dct: 'http://purl.org/dc/terms/',
  dpv: 'https://w3id.org/dpv#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  healthdcatap: 'http://healthdataportal.eu/ns/health#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};

const AUTHORITY = 'http://publications.europa.eu/resource/authority';
const GDPR = 'http://data.europa.eu/eli/reg/2016/679/oj';
const EHDS = 'http://data.europa.eu/eli/reg/2025/327/oj';
const HEALTH_RECORDS = 'https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/EHRS';

/** Who decides on access to health data for secondary use in Finland (552/2019 §4). */
const FINDATA = {
  '@type': 'foaf:Agent',
  'foaf:name': text({
    en: 'Finnish Social and Health Data Permit Authority Findata',
    fi: 'Sosiaali- ja terveysalan tietolupaviranomainen Findata',
    sv: 'Tillståndsmyndigheten för social- och hälsovårdsdata Findata',
  }),
  'foaf:homepage': { '@id': 'https://findata.fi' },
};

/** The type of CSV on the Web for each type of the graph; every other value is a string. */
const datatypes: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  Float: 'decimal',
  Int: 'integer',
};

/**
 * The catalogue as JSON-LD: DCAT-AP 3, with HealthDCAT-AP for registries that hold data on health. Variables
 * are described by CSV on the Web, code lists by SKOS, purposes and legal bases by the Data Privacy
 * Vocabulary.
 */
export function catalogueJsonLd(registries: readonly RegistryEntry[], publication: Publication): object {
  const { address, publisher, contact } = publication;
  const agent = {
    '@id': `${address}#publisher`,
    '@type': 'foaf:Agent',
    'foaf:name': publisher,
    'dct:type': { '@id': 'http://purl.org/adms/publishertype/LocalAuthority' },
  };
  const contactPoint = {
    '@id': `${address}#contact`,
    '@type': 'vcard:Kind',
    [contact.startsWith('mailto:') ? 'vcard:hasEmail' : 'vcard:hasURL']: { '@id': contact },
  };
  return {
    '@context': CONTEXT,
    '@id': address,
    '@type': 'dcat:Catalog',
    'dct:title': text({
      en: `Registries of ${publisher}`,
      fi: `Rekisterit: ${publisher}`,
      sv: `Register: ${publisher}`,
    }),
    'dct:description': text({
      en: 'Registries on people that are joined by pseudonymous keys, and used only for the purposes named here.',
      fi: 'Henkilörekisterit, jotka yhdistetään pseudonyymeillä avaimilla ja joita käytetään vain tässä nimettyihin tarkoituksiin.',
      sv: 'Personregister som kopplas samman med pseudonyma nycklar och används endast för de ändamål som nämns här.',
    }),
    'dct:publisher': agent,
    'dcat:contactPoint': contactPoint,
    'dct:language': ['FIN', 'SWE', 'ENG'].map((code) => ({ '@id': `${AUTHORITY}/language/${code}` })),
    'dcat:dataset': registries.map((registry) => dataset(registry, publication)),
  };
}

function dataset(registry: RegistryEntry, { address }: Publication): object {
  const { name, owner, fields, purposes, freshness } = registry;
  const id = `${address}#${name}`;
  const isHealth = holdsHealth(registry);
  return {
    '@id': id,
    '@type': 'dcat:Dataset',
    'dct:identifier': id,
    'dct:title': text(owner),
    'dct:description': text(describe(registry)),
    'dct:publisher': { '@id': `${address}#publisher` },
    'dcat:contactPoint': { '@id': `${address}#contact` },
    'dct:accessRights': { '@id': `${AUTHORITY}/access-right/NON_PUBLIC` },
    'dcatap:applicableLegislation': ids(isHealth ? [GDPR, EHDS] : [GDPR]),
    'dcat:theme': { '@id': `${AUTHORITY}/data-theme/${themeOf(registry)}` },
    'dct:language': { '@id': `${AUTHORITY}/language/FIN` },
    'dpv:hasPersonalData': personalData(fields),
    'dpv:hasPurpose': purposes.map(({ id: purpose, label }) => ({
      '@id': `${address}#purpose-${purpose}`,
      '@type': 'dpv:Purpose',
      'skos:prefLabel': text(label),
    })),
    'dpv:hasLegalBasis': legalBases(purposes),
    ...(typeof freshness === 'object' && {
      'dct:modified': typed('xsd:dateTime', freshness.extractedAt),
    }),
    'dcat:distribution': {
      '@id': `${id}-access`,
      '@type': 'dcat:Distribution',
      'dct:title': text({ en: 'Queries by permission', fi: 'Kyselyt luvalla', sv: 'Frågor med tillstånd' }),
      'dcat:accessURL': { '@id': id },
      'dcatap:applicableLegislation': ids(isHealth ? [GDPR, EHDS] : [GDPR]),
    },
    'healthdcatap:hasVariables': variables(registry, id),
    'dct:references': codeLists(registry, id),
    ...(isHealth && healthProperties(registry)),
  };
}

/** What HealthDCAT-AP adds. */
function healthProperties({ freshness }: RegistryEntry): object {
  return {
    'healthdcatap:healthCategory': { '@id': HEALTH_RECORDS },
    'healthdcatap:hdab': FINDATA,
    'healthdcatap:hasStructuredData': true,
    ...(typeof freshness === 'object' && {
      'healthdcatap:numberOfRecords': typed('xsd:nonNegativeInteger', String(freshness.records)),
    }),
  };
}

/** Whether a registry holds electronic health data in the sense of HealthDCAT-AP. */
function holdsHealth({ fields }: RegistryEntry): boolean {
  return fields.some(({ category }) => category === 'diagnosis' || category === 'health');
}

/** The code of the European data theme. */
function themeOf(registry: RegistryEntry): 'HEAL' | 'EDUC' | 'SOCI' {
  if (holdsHealth(registry)) return 'HEAL';
  return registry.fields.some(({ category }) => category === 'education') ? 'EDUC' : 'SOCI';
}

/** Which data a registry holds, in one sentence of each language. */
export function describe({ fields }: Pick<RegistryEntry, 'fields'>): LocalizedText {
  const held = [...new Set(fields.map(({ category }) => category))].map((category) => categories[category]);
  // The labels have commas in them.
  const join = (language: keyof LocalizedText) => held.map((label) => label[language]).join('; ');
  return { en: `Holds: ${join('en')}.`, fi: `Sisältää: ${join('fi')}.`, sv: `Innehåller: ${join('sv')}.` };
}

function personalData(fields: readonly FieldEntry[]): object[] {
  const special = new Map<FieldEntry['category'], boolean>();
  for (const field of fields)
    special.set(field.category, field.special || (special.get(field.category) ?? false));
  return [...special].map(([category, isSpecial]) => ({
    '@type': isSpecial ? 'dpv:SpecialCategoryPersonalData' : 'dpv:PersonalData',
    'skos:prefLabel': text(categories[category]),
  }));
}

function legalBases(purposes: readonly PurposeEntry[]): object[] {
  return [...new Set(purposes.flatMap(({ basis }) => basis))].map((citation) => {
    const label = citationLabel(citation);
    return {
      '@type': 'dpv:LegalBasis',
      'skos:notation': citation,
      ...(label && { 'skos:prefLabel': text(label) }),
    };
  });
}

/** The values of each type as a table of CSV on the Web. */
function variables({ fields }: RegistryEntry, id: string): object {
  const tables = new Map<string, FieldEntry[]>();
  for (const field of fields.filter(({ isValue }) => isValue)) {
    const [type = ''] = field.coordinate.split('.');
    tables.set(type, [...(tables.get(type) ?? []), field]);
  }
  return {
    '@type': 'csvw:TableGroup',
    'csvw:table': [...tables].map(([type, columns]) => ({
      '@id': `${id}-${type}`,
      '@type': 'csvw:Table',
      'csvw:url': { '@id': `${id}-${type}` },
      'dct:title': type,
      'csvw:tableSchema': { '@type': 'csvw:Schema', 'csvw:column': { '@list': columns.map(column) } },
    })),
  };
}

function column({ coordinate, label, category, type, description }: FieldEntry): object {
  const name = coordinate.split('.')[1]!;
  return {
    '@type': 'csvw:Column',
    'csvw:name': name,
    'csvw:title': label ? text(label) : name,
    'csvw:datatype': datatypes[type] ?? 'string',
    'dct:description': description ?? text(categories[category]),
  };
}

function codeLists({ codeLists: lists }: RegistryEntry, id: string): object[] {
  return [...lists].map(([list, codes]) => ({
    '@id': `${id}-codes-${list}`,
    '@type': 'skos:ConceptScheme',
    'dct:title': list,
    'skos:hasTopConcept': [...codes].map(([code, labels]) => ({
      '@id': `${id}-codes-${list}-${encodeURIComponent(code)}`,
      '@type': 'skos:Concept',
      'skos:notation': code,
      'skos:prefLabel': text(labels),
    })),
  }));
}

function text({ fi, sv, en }: LocalizedText): object[] {
  return Object.entries({ fi, sv, en }).map(([language, value]) => ({
    '@language': language,
    '@value': value,
  }));
}

function typed(type: string, value: string): object {
  return { '@type': type, '@value': value };
}

function ids(addresses: readonly string[]): object[] {
  return addresses.map((address) => ({ '@id': address }));
}
