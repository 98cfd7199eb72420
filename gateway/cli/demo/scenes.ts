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

const FORESEEN_NEED = `query ForeseenNeed($id: FamilyID!) {
  family(id: $id) {
    childProtectionRisks(asOf: "2015-Q1") {
      children {
        status probability interval { from until } baseRate
        contributions { factors { label } logOdds }
        humanOversight
      }
    }
  }
}`;

const MY_FAMILIES = `{ persons(first: 100) { nodes { id families { family { id } } } } }`;
const MY_PEOPLE = `{ persons(first: 20) { nodes { id } } }`;

/** A family path that is answered; the same for a planner, refused; an answer in part; and foreseen need, told and refused. */
export async function playScenes(client: DemoClient): Promise<readonly Scene[]> {
  const familyTeam = { persona: 'family-team', purpose: 'child-protection' };
  const family = await familyWith(client, familyTeam, FAMILY_PATH, hasSteps);
  const answered = { ...familyTeam, query: FAMILY_PATH, variables: { id: family } };
  const refused = { ...answered, persona: 'planner', purpose: 'planning' };
  const socialWorker = { persona: 'social-worker', purpose: 'social-service' };
  const inPart = {
    ...socialWorker,
    query: PARTIAL,
    variables: { id: await firstPerson(client, socialWorker) },
    partial: true,
  };

  const foreseen = {
    ...familyTeam,
    query: FORESEEN_NEED,
    variables: { id: await familyWith(client, familyTeam, FORESEEN_NEED, hasAssessment) },
  };
  const unforeseen = { ...foreseen, persona: 'planner', purpose: 'planning' };

  const first = await client.ask(answered);
  const second = await client.ask(refused);
  const third = await client.ask(inPart);
  const fourth = await client.ask(foreseen);
  const fifth = await client.ask(unforeseen);
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
    {
      title:
        'A family team asks what is foreseen of the children of a family: answered, with how the numbers came about',
      question: foreseen,
      answer: fourth,
      asExpected: !fourth.errors && hasAssessment(fourth.data?.['family']),
    },
    {
      title: 'A planner asks the same: refused, for that is shown of nobody for planning',
      question: unforeseen,
      answer: fifth,
      asExpected: fifth.errors?.[0]?.extensions?.['code'] === 'PURPOSE_NOT_PERMITTED',
    },
  ];
}

/** A family whose answer is good to show: the first of the team's, whose order another secret makes another. */
async function familyWith(
  client: DemoClient,
  asker: Pick<Question, 'persona' | 'purpose'>,
  query: string,
  isGood: (family: unknown) => boolean,
): Promise<string | undefined> {
  const { data } = await client.ask({ ...asker, query: MY_FAMILIES });
  const page = data?.['persons'] as
    { nodes: { families: { family: { id: string } }[] | null }[] } | undefined;
  const families = page?.nodes.flatMap(({ families }) => families ?? []) ?? [];
  for (const { family } of families) {
    const answer = await client.ask({ ...asker, query, variables: { id: family.id } });
    if (isGood(answer.data?.['family'])) return family.id;
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

function hasAssessment(family: unknown): boolean {
  const risks = (family as { childProtectionRisks?: { children?: { status: string }[] } } | null)
    ?.childProtectionRisks;
  return risks?.children?.some(({ status }) => status === 'ASSESSED') ?? false;
}
