import { datasetTerms, dcatContext, EU_AUTHORITY, inAllLanguages, legislation, typedValue } from './dcat.js';
import type { RegistryEntry } from './registryEntry.js';

/** Who publishes the catalogue, and where. */
export interface Publication {
  /** The address of the catalogue. Ids of everything in it begin with it. */
  readonly address: string;
  /** The city's name. */
  readonly publisher: string;
  /** Where people ask about the data: `mailto:` or an address of a page. */
  readonly contact: string;
}

/**
 * The catalogue as JSON-LD: DCAT-AP 3, with HealthDCAT-AP for registries that hold data on health. Variables
 * are described by CSV on the Web, code lists by SKOS, purposes and legal bases by the Data Privacy
 * Vocabulary.
 */
export function catalogueJsonLd(registries: readonly RegistryEntry[], publication: Publication): object {
  const { address, publisher, contact } = publication;
  return {
    '@context': dcatContext,
    '@id': address,
    '@type': 'dcat:Catalog',
    'dct:title': inAllLanguages({
      en: `Registries of ${publisher}`,
      fi: `Rekisterit: ${publisher}`,
      sv: `Register: ${publisher}`,
    }),
    'dct:description': inAllLanguages({
      en: 'Registries on people that are joined by pseudonymous keys, and used only for the purposes named here.',
      fi: 'Henkilörekisterit, jotka yhdistetään pseudonyymeillä avaimilla ja joita käytetään vain tässä nimettyihin tarkoituksiin.',
      sv: 'Personregister som kopplas samman med pseudonyma nycklar och används endast för de ändamål som nämns här.',
    }),
    'dct:publisher': {
      '@id': `${address}#publisher`,
      '@type': 'foaf:Agent',
      'foaf:name': publisher,
      'dct:type': { '@id': 'http://purl.org/adms/publishertype/LocalAuthority' },
    },
    'dcat:contactPoint': {
      '@id': `${address}#contact`,
      '@type': 'vcard:Kind',
      [contact.startsWith('mailto:') ? 'vcard:hasEmail' : 'vcard:hasURL']: { '@id': contact },
    },
    'dct:language': ['FIN', 'SWE', 'ENG'].map((code) => ({ '@id': `${EU_AUTHORITY}/language/${code}` })),
    'dcat:dataset': registries.map((registry) => dataset(registry, publication)),
  };
}

function dataset(registry: RegistryEntry, { address }: Publication): object {
  const { name, owner, fields, purposes, freshness } = registry;
  const id = `${address}#${name}`;
  const { extractedAt, records } = typeof freshness === 'object' ? freshness : {};
  return {
    '@id': id,
    '@type': 'dcat:Dataset',
    'dct:identifier': id,
    'dct:title': inAllLanguages(owner),
    ...datasetTerms(
      id,
      fields,
      purposes.flatMap(({ basis }) => basis),
      records,
    ),
    'dct:publisher': { '@id': `${address}#publisher` },
    'dcat:contactPoint': { '@id': `${address}#contact` },
    'dct:language': { '@id': `${EU_AUTHORITY}/language/FIN` },
    'dpv:hasPurpose': purposes.map(({ id: purpose, label }) => ({
      '@id': `${address}#purpose-${purpose}`,
      '@type': 'dpv:Purpose',
      'skos:prefLabel': inAllLanguages(label),
    })),
    ...(extractedAt !== undefined && { 'dct:modified': typedValue('xsd:dateTime', extractedAt) }),
    'dcat:distribution': {
      '@id': `${id}-access`,
      '@type': 'dcat:Distribution',
      'dct:title': inAllLanguages({
        en: 'Queries by permission',
        fi: 'Kyselyt luvalla',
        sv: 'Frågor med tillstånd',
      }),
      'dcat:accessURL': { '@id': id },
      ...legislation(fields),
    },
    'dct:references': codeLists(registry, id),
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
      'skos:prefLabel': inAllLanguages(labels),
    })),
  }));
}
