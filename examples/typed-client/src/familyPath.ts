import { ask, graphql, type PolkuAccess, PolkuRefusal } from './polku.js';

const families = graphql(`
  query Families($first: Int!) {
    persons(first: $first) {
      nodes {
        families {
          family {
            id
          }
        }
      }
    }
  }
`);

const familyPath = graphql(`
  query FamilyPath($id: FamilyID!, $from: Date) {
    family(id: $id) {
      servicePath(from: $from) {
        steps {
          sector
          service {
            code
            label
          }
          startedAt
          endedAt
          person {
            birthYear
          }
        }
        withheld
      }
    }
  }
`);

/** Prints the path of the first family of the team's clients. */
async function printFirstPath(access: PolkuAccess): Promise<void> {
  const { persons } = await ask(access, families, { first: 10 });
  const id = persons?.nodes?.flatMap((person) => person.families ?? [])[0]?.family?.id;
  if (id === undefined) return console.log('The team has no families.');
  const { family } = await ask(access, familyPath, { id, from: '2014-01-01' });
  for (const { sector, service, startedAt, endedAt, person } of family?.servicePath?.steps ?? [])
    console.log(
      `${startedAt} - ${endedAt ?? ''}\t${sector}\t${service?.label ?? service?.code ?? ''}\tborn ${person?.birthYear}`,
    );
  for (const registry of family?.servicePath?.withheld ?? []) console.log(`without ${registry}`);
}

const { POLKU_URL: url, POLKU_TOKEN: token } = process.env;
if (!url || !token) throw new Error('Set POLKU_URL and POLKU_TOKEN.');
try {
  await printFirstPath({ url, token, purpose: 'child-protection' });
} catch (error) {
  if (!(error instanceof PolkuRefusal)) throw error;
  console.error(`${error.code}: ${error.message} (decision ${error.decisionId})`);
  process.exitCode = 1;
}
