// A lower bound: what a developer would write by hand for these four questions alone, without any checks.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { Pool } from 'undici';

const urls = JSON.parse(readFileSync(process.env.URLS, 'utf8'));
const pools = Object.fromEntries(Object.entries(urls).map(([name, url]) => [name, new Pool(url)]));
const CONTACT = '{ id startedAt endedAt service unit }';

async function ask(name, query, variables) {
  const { body } = await pools[name].request({
    path: '/graphql',
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  });
  return (await body.json()).data;
}

async function extend(name, persons, fields) {
  const representations = persons.map(({ id }) => ({ __typename: 'Person', id }));
  return entities(name, representations, fields, persons);
}

async function entities(name, representations, fields, persons) {
  const query = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Person { ${fields} } } }`;
  const { _entities } = await ask(name, query, { representations });
  _entities.forEach((entity, index) => Object.assign(persons[index], entity));
}

async function paths(persons) {
  const loads = await Promise.all([
    extend('health', persons, `healthContacts(first: 35) ${CONTACT} healthLoad`),
    extend('social', persons, `socialContacts(first: 20) ${CONTACT} socialLoad`),
    extend('education', persons, `educationContacts(first: 15) ${CONTACT} educationLoad`),
  ]);
  void loads;
  const representations = persons.map(({ id, healthLoad, socialLoad, educationLoad }) => ({
    __typename: 'Person',
    id,
    healthLoad,
    socialLoad,
    educationLoad,
  }));
  await entities('paths', representations, 'path { steps withheld }', persons);
  return persons.map(pathOf);
}

const pathOf = ({ id, birthYear, district, healthContacts, socialContacts, educationContacts, path }) => ({
  id,
  birthYear,
  district,
  healthContacts,
  socialContacts,
  educationContacts,
  path,
});

const answers = {
  async PersonPath({ id }) {
    const { person } = await ask(
      'population',
      'query ($id: ID!) { person(id: $id) { id birthYear district } }',
      { id },
    );
    return { person: (await paths([person]))[0] };
  },
  async FamilyPath({ id }) {
    const { family } = await ask(
      'population',
      'query ($id: ID!) { family(id: $id) { id members { role person { id birthYear district } } } }',
      { id },
    );
    const persons = await paths(family.members.map(({ person }) => person));
    family.members.forEach((member, index) => (member.person = persons[index]));
    return { family };
  },
  async Persons() {
    const { persons } = await ask('population', '{ persons(first: 100) { id birthYear district } }');
    await Promise.all([extend('health', persons, 'lastVisit'), extend('social', persons, 'openCases')]);
    return {
      persons: persons.map(({ birthYear, district, lastVisit, openCases }) => ({
        birthYear,
        district,
        lastVisit,
        openCases,
      })),
    };
  },
  async Contacts() {
    const { persons } = await ask('population', '{ persons(first: 1000) { id } }');
    await extend('health', persons, `healthContacts(first: 10) ${CONTACT}`);
    return { persons };
  },
};

createServer((request, response) => {
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk));
  request.on('end', async () => {
    const { query, variables } = JSON.parse(Buffer.concat(chunks).toString());
    const data = await answers[/query (\w+)/.exec(query)?.[1]]?.(variables);
    const answer = Buffer.from(JSON.stringify({ data }));
    response.writeHead(data ? 200 : 404, {
      'content-type': 'application/json',
      'content-length': answer.length,
    });
    response.end(answer);
  });
}).listen(Number(process.env.PORT), '127.0.0.1');
