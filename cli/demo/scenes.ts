/** One request of the demo: its title, the question and the answer. */
interface Scene {
  readonly title: string;
  readonly question: DemoQuestion;
  readonly answer: DemoAnswer;
  /** Whether the answer is as the title says. */
  readonly asExpected: boolean;
}

const FAMILY_PATH = `query FamilyPath($id: FamilyID!) {
  family(id: $id) {
    members { role person { birthYear sex { code } } }
    servicePath(from: "2012-01-01") {
      steps { sector service { code label } startedAt endedAt contacts person { id } }
      withheld
    }
  }
}`;

const PARTIAL = `query WhatMayBeShown($id: PersonID!) {
  person(id: $id) {
    birthYear
    socialContacts(from: "2015-01-01") { startedAt service { code label } }
    healthContacts(from: "2015-01-01") { startedAt service { code label } diagnosis { code label } }
    servicePath(from: "2015-01-01") { steps { sector service { code label } startedAt contacts } withheld }
  }
}`;

const PREDICTED_NEED = `query PredictedNeed($id: FamilyID!) {
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

/**
 * The path of a family (answered; refused to a planner; answered in part), and predicted need (answered and
 * refused).
 */
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

  const predictedNeed = {
    ...familyTeam,
    query: PREDICTED_NEED,
    variables: { id: await familyWith(client, familyTeam, PREDICTED_NEED, hasAssessment) },
  };
  const refusedNeed = { ...predictedNeed, persona: 'planner', purpose: 'planning' };

  const first = await client.ask(answered);
  const second = await client.ask(refused);
  const third = await client.ask(inPart);
  const fourth = await client.ask(predictedNeed);
  const fifth = await client.ask(refusedNeed);
  return [
    {
      title: 'A family team asks for the path of a family in its care: answered',
      question: answered,
      answer: first,
      asExpected: !first.errors && hasSteps(first.data?.['family']),
    },
    {
      title: 'A planner asks the same: refused, with the owner and the reason',
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
        'A family team asks for the predicted need of the children of a family: answered, with the factors behind the numbers',
      question: predictedNeed,
      answer: fourth,
      asExpected: !fourth.errors && hasAssessment(fourth.data?.['family']),
    },
    {
      title: 'A planner asks the same: refused, because planning may not see it about any person',
      question: refusedNeed,
      answer: fifth,
      asExpected: fifth.errors?.[0]?.extensions?.['code'] === 'PURPOSE_NOT_PERMITTED',
    },
  ];
}

/**
 * A family with a good answer for the demo: the first of the team's. The order of families depends on the
 * secret.
 */
async function familyWith(
  client: DemoClient,
  requester: Pick<DemoQuestion, 'persona' | 'purpose'>,
  query: string,
  isGood: (family: unknown) => boolean,
): Promise<string | undefined> {
  const { data } = await client.ask({ ...requester, query: MY_FAMILIES });
  const page = data?.['persons'] as
    { nodes: { families: { family: { id: string } }[] | null }[] } | undefined;
  const families = page?.nodes.flatMap(({ families }) => families ?? []) ?? [];
  for (const { family } of families) {
    const answer = await client.ask({ ...requester, query, variables: { id: family.id } });
    if (isGood(answer.data?.['family'])) return family.id;
  }
  return families[0]?.family.id;
}

async function firstPerson(
  client: DemoClient,
  requester: Pick<DemoQuestion, 'persona' | 'purpose'>,
): Promise<string | undefined> {
  const { data } = await client.ask({ ...requester, query: MY_PEOPLE });
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

/** Longer lists are shortened in the output. */
const ITEMS_SHOWN = 5;

/** A scene as text for a terminal. */
export function printScene({ title, question, answer }: Scene, number: number): string {
  const headers = [
    `persona ${question.persona}`,
    `Purpose-Of-Use: ${question.purpose}`,
    ...(question.partial ? ['Polku-Partial: true'] : []),
  ];
  return [
    `${number}. ${title}`,
    `   ${headers.join('   ')}`,
    indent(question.query),
    '   ->',
    indent(readable(answer)),
    '',
  ].join('\n');
}

/**
 * JSON with innermost objects on one line. Long lists are shortened, with the number of items that follow.
 */
function readable(value: unknown, depth = 0): string {
  const pad = '  '.repeat(depth + 1);
  const close = '  '.repeat(depth);
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    const shown = value.slice(0, ITEMS_SHOWN).map((item) => pad + readable(item, depth + 1));
    if (value.length > ITEMS_SHOWN) shown.push(`${pad}… and ${value.length - ITEMS_SHOWN} more`);
    return `[\n${shown.join(',\n')}\n${close}]`;
  }
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value);
  if (entries.every(([, member]) => typeof member !== 'object' || member === null || isSmall(member))) {
    const inline = `{ ${entries.map(([key, member]) => `${key}: ${inlined(member)}`).join(', ')} }`;
    if (inline.length + 2 * depth <= 110) return inline;
  }
  return `{\n${entries.map(([key, member]) => `${pad}${key}: ${readable(member, depth + 1)}`).join(',\n')}\n${close}}`;
}

function isSmall(value: object): boolean {
  return JSON.stringify(value).length <= 60 && !Array.isArray(value);
}

function inlined(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, member]) => `${key}: ${inlined(member)}`)
    .join(', ')} }`;
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '   ');
}

/** An answer to a client of the demo, in the form of GraphQL over HTTP. */
export interface DemoAnswer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
  readonly extensions?: Record<string, unknown>;
}

export interface DemoQuestion {
  readonly persona: string;
  readonly purpose: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Accepts an answer in part if something is withheld. */
  readonly partial?: boolean;
}

/** Asks a gateway with --dev over HTTP, as one of its personas, like any other client. */
export class DemoClient {
  constructor(private readonly gateway: URL) {}

  async ask({ persona, purpose, query, variables, partial }: DemoQuestion): Promise<DemoAnswer> {
    const response = await fetch(new URL('/graphql', this.gateway), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await this.#token(persona)}`,
        'purpose-of-use': purpose,
        ...(partial ? { 'polku-partial': 'true' } : {}),
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as DemoAnswer;
  }

  async #token(persona: string): Promise<string> {
    const response = await fetch(new URL('/dev/token', this.gateway), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ persona }),
    });
    return ((await response.json()) as { token: string }).token;
  }
}
