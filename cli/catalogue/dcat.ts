import { groupBy } from '../../lib/groupBy.js';
import { categories } from '../../policies/engine/catalogue/conditions.js';
import { citationLabel } from '../../policies/engine/catalogue/laws.js';
import type { LocalizedText } from '../../schema/language.js';
import type { FieldEntry } from './registryEntry.js';

// Properties that descriptions of registries and of permit extracts share, as JSON-LD.

/** The vocabularies of DCAT 3, DCAT-AP, HealthDCAT-AP (release 8), CSV on the Web and Data Privacy. */
export const dcatContext = {
  csvw: 'http://www.w3.org/ns/csvw#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dcatap: 'http://data.europa.eu/r5r/',
  dct: 'http://purl.org/dc/terms/',
  dpv: 'https://w3id.org/dpv#',
  foaf: 'http://xmlns.com/foaf/0.1/',
  healthdcatap: 'http://healthdataportal.eu/ns/health#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  spdx: 'http://spdx.org/rdf/terms#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
};

/** The code lists of the Publications Office of the European Union. */
export const EU_AUTHORITY = 'http://publications.europa.eu/resource/authority';

const GDPR = 'http://data.europa.eu/eli/reg/2016/679/oj';
const EHDS = 'http://data.europa.eu/eli/reg/2025/327/oj';
const HEALTH_RECORDS = 'https://hdeu-dcat.data.health.europa.eu/resource/authority/healthcategories/EHRS';

/** Who decides on access to health data for secondary use in Finland (552/2019 §4). */
const FINDATA = {
  '@type': 'foaf:Agent',
  'foaf:name': inAllLanguages({
    en: 'Finnish Social and Health Data Permit Authority Findata',
    fi: 'Sosiaali- ja terveysalan tietolupaviranomainen Findata',
    sv: 'Tillståndsmyndigheten för social- och hälsovårdsdata Findata',
  }),
  'foaf:homepage': { '@id': 'https://findata.fi' },
};

/**
 * What every description of a dataset says of its fields: access, theme, personal data, legal basis and
 * variables; of data on health also what HealthDCAT-AP adds.
 * @param id the id of the dataset; ids of its tables begin with it
 * @param citations the laws that policies cite
 * @param records how many rows there are; undefined: not known
 */
export function datasetTerms(
  id: string,
  fields: readonly FieldEntry[],
  citations: readonly string[],
  records: number | undefined,
): object {
  return {
    'dct:description': inAllLanguages(describeFields(fields)),
    // Data on people may be used by permission only.
    'dct:accessRights': { '@id': `${EU_AUTHORITY}/access-right/NON_PUBLIC` },
    ...legislation(fields),
    'dcat:theme': { '@id': `${EU_AUTHORITY}/data-theme/${themeOf(fields)}` },
    'dpv:hasPersonalData': personalData(fields),
    'dpv:hasLegalBasis': [...new Set(citations)].map(legalBasis),
    'healthdcatap:hasVariables': variables(id, fields),
    ...(holdsHealth(fields) && healthTerms(records)),
  };
}

/** The regulations of the European Union that govern the data. */
export function legislation(fields: readonly FieldEntry[]): object {
  const regulations = holdsHealth(fields) ? [GDPR, EHDS] : [GDPR];
  return { 'dcatap:applicableLegislation': regulations.map((address) => ({ '@id': address })) };
}

/** Whether there is electronic health data in the sense of HealthDCAT-AP. */
function holdsHealth(fields: readonly FieldEntry[]): boolean {
  return fields.some(({ category }) => category === 'diagnosis' || category === 'health');
}

/** The European data theme. */
function themeOf(fields: readonly FieldEntry[]): string {
  if (holdsHealth(fields)) return 'HEAL';
  return fields.some(({ category }) => category === 'education') ? 'EDUC' : 'SOCI';
}

/** Which data there is, in one sentence of each language. */
export function describeFields(fields: readonly FieldEntry[]): LocalizedText {
  const held = [...new Set(fields.map(({ category }) => category))].map((category) => categories[category]);
  // The labels have commas in them.
  const join = (language: keyof LocalizedText) => held.map((label) => label[language]).join('; ');
  return { en: `Holds: ${join('en')}.`, fi: `Sisältää: ${join('fi')}.`, sv: `Innehåller: ${join('sv')}.` };
}

/** The categories of personal data. One is special where one of its fields is (GDPR Article 9). */
function personalData(fields: readonly FieldEntry[]): object[] {
  return [...groupBy(fields, ({ category }) => category)].map(([category, ofCategory]) => ({
    '@type': ofCategory.some(({ special }) => special)
      ? 'dpv:SpecialCategoryPersonalData'
      : 'dpv:PersonalData',
    'skos:prefLabel': inAllLanguages(categories[category]),
  }));
}

function legalBasis(citation: string): object {
  const label = citationLabel(citation);
  return {
    '@type': 'dpv:LegalBasis',
    'skos:notation': citation,
    ...(label && { 'skos:prefLabel': inAllLanguages(label) }),
  };
}

/** The values of each type as a table of CSV on the Web. */
function variables(id: string, fields: readonly FieldEntry[]): object {
  const values = fields.filter(({ isValue }) => isValue);
  const tables = groupBy(values, ({ coordinate }) => coordinate.split('.')[0]!);
  return {
    '@type': 'csvw:TableGroup',
    'csvw:table': [...tables].map(([type, columns]) => ({
      '@id': `${id}-${type}`,
      '@type': 'csvw:Table',
      'csvw:url': { '@id': `${id}-${type}` },
      'dct:title': type,
      'csvw:tableSchema': { '@type': 'csvw:Schema', 'csvw:column': { '@list': columns.map(variable) } },
    })),
  };
}

/** The type of CSV on the Web for each type of the graph; every other value is a string. */
const datatypes: Readonly<Record<string, string>> = {
  Boolean: 'boolean',
  Float: 'decimal',
  Int: 'integer',
};

function variable({ coordinate, label, category, type, description }: FieldEntry): object {
  const name = coordinate.split('.')[1]!;
  return {
    '@type': 'csvw:Column',
    'csvw:name': name,
    'csvw:title': label ? inAllLanguages(label) : name,
    'csvw:datatype': datatypes[type] ?? 'string',
    'dct:description': description ?? inAllLanguages(categories[category]),
  };
}

function healthTerms(records: number | undefined): object {
  return {
    'healthdcatap:healthCategory': { '@id': HEALTH_RECORDS },
    'healthdcatap:hdab': FINDATA,
    'healthdcatap:hasStructuredData': true,
    ...(records !== undefined && {
      'healthdcatap:numberOfRecords': typedValue('xsd:nonNegativeInteger', String(records)),
    }),
  };
}

export function inAllLanguages({ fi, sv, en }: LocalizedText): object[] {
  return Object.entries({ fi, sv, en }).map(([language, value]) => ({
    '@language': language,
    '@value': value,
  }));
}

export function typedValue(type: string, value: string): object {
  return { '@type': type, '@value': value };
}
