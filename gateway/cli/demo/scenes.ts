import type { Answer, DemoClient, Question } from './client.js';

/** One request of the demo: why it is made, what is asked, and what came. */
export interface Scene {
  readonly title: string;
  readonly question: Question;
  readonly answer: Answer;
  /** Whether it came out as the title says. */
  readonly asExpected: boolean;
}

const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { role person { birthYear sex } }
    servicePath(from: "2012-01-01") {
      steps { sector service startedAt endedAt contacts person { id } }
      withheld
    }
  }
}`;

const PARTIAL = `query WhatMayBeShown($id: PersonID!) {
  person(id: $id) {
    birthYear
    socialContacts(from: "2015-01-01") { startedAt service }
    healthContacts(from: "2015-01-01") { startedAt service diagnosis }
    servicePath(from: "2015-01-01") { steps { sector service startedAt contacts } withheld }
  }
}`;

const MY_FAMILIES = `{ persons(first: 100) { nodes { id families { family { id } } } } }`;
const MY_PEOPLE = `{ persons(first: 20) { nodes { id } } }`;

/** A family path that is answered; the same for a planner, refused; and an answer in part. */
export async function playScenes(client: DemoClient): Promise<readonly Scene[]> {
  const familyTeam = { persona: 'family-team', purpose: 'child-protection' };
  const family = await familyWithPath(client, familyTeam);
  const answered = { ...familyTeam, query: FAMILY_PATH, variables: { id: family } };
  const refused = { ...answered, persona: 'planner', purpose: 'planning' };
  const socialWorker = { persona: 'social-worker', purpose: 'social-service' };
  const inPart = {
    ...socialWorker,
    query: PARTIAL,
    variables: { id: await firstPerson(client, socialWorker) },
    partial: true,
  };

  const first = await client.ask(answered);
  const second = await client.ask(refused);
  const third = await client.ask(inPart);
  return [
    {
      title: 'A family team asks for the path of a family in its care: answered',
      question: answered,
      answer: first,
      asExpected: !first.errors && hasSteps(first.data?.['family']),
    },
    {
      title: 'A planner asks the same: refused, and told by whom and why',
      question: refused,
      answer: second,
      asExpected: second.errors?.[0]?.extensions?.['code'] === 'PURPOSE_NOT_PERMITTED',
    },
    {
      title:
        'A social worker asks for more than health services release, in partial mode: the rest is answered',
      question: inPart,
      answer: third,
      asExpected: !third.errors && Array.isArray(third.extensions?.['withheld']),
    },
  ];
}

/** A family whose path has steps: the first of the team's, whose order another secret makes another. */
async function familyWithPath(
  client: DemoClient,
  asker: Pick<Question, 'persona' | 'purpose'>,
): Promise<string | undefined> {
  const { data } = await client.ask({ ...asker, query: MY_FAMILIES });
  const page = data?.['persons'] as
    { nodes: { families: { family: { id: string } }[] | null }[] } | undefined;
  const families = page?.nodes.flatMap(({ families }) => families ?? []) ?? [];
  for (const { family } of families) {
    const answer = await client.ask({ ...asker, query: FAMILY_PATH, variables: { id: family.id } });
    if (hasSteps(answer.data?.['family'])) return family.id;
  }
  return families[0]?.family.id;
}

async function firstPerson(
  client: DemoClient,
  asker: Pick<Question, 'persona' | 'purpose'>,
): Promise<string | undefined> {
  const { data } = await client.ask({ ...asker, query: MY_PEOPLE });
  return (data?.['persons'] as { nodes: { id: string }[] } | undefined)?.nodes[0]?.id;
}

function hasSteps(family: unknown): boolean {
  const path = (family as { servicePath?: { steps?: unknown[] } } | null)?.servicePath;
  return (path?.steps?.length ?? 0) > 0;
}
