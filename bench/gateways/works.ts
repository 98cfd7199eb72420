/** The operations for the gateways, by letter. */
export interface Work {
  readonly name: string;
  readonly about: string;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
  /**
   * Requests before anything is counted, so that the code is compiled, and requests of each counted window.
   */
  readonly warmUp: number;
  readonly window: number;
}

const CONTACT = 'id startedAt endedAt service unit';
const PERSON_PATH = `id birthYear district
  healthContacts(first: 35) { ${CONTACT} } socialContacts(first: 20) { ${CONTACT} }
  educationContacts(first: 15) { ${CONTACT} } path { steps withheld }`;

export const works: Readonly<Record<string, Work>> = {
  A: {
    name: 'A',
    warmUp: 2500,
    window: 200,
    about: 'a person path: 70 contacts, 5 subgraph calls',
    query: `query PersonPath($id: ID!) { person(id: $id) { ${PERSON_PATH} } }`,
    variables: { id: 'p7' },
  },
  B: {
    name: 'B',
    warmUp: 2500,
    window: 200,
    about: 'a family of 4, the same of each: 280 contacts',
    query: `query FamilyPath($id: ID!) { family(id: $id) { id members { role person { ${PERSON_PATH} } } } }`,
    variables: { id: 'f3' },
  },
  C: {
    name: 'C',
    warmUp: 2500,
    window: 300,
    about: '100 persons x 4 fields from 3 subgraphs',
    query: 'query Persons { persons(first: 100) { birthYear district lastVisit openCases } }',
    variables: {},
  },
  D: {
    name: 'D',
    warmUp: 100,
    window: 20,
    about: '1000 persons x 10 contacts: 1 MB',
    query: `query Contacts { persons(first: 1000) { id healthContacts(first: 10) { ${CONTACT} } } }`,
    variables: {},
  },
};
