/** One request of the demo: why it is made, what is asked, and what came. */
interface Scene {
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

/** Lists longer than this are cut in print. */
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

/** JSON in which innermost objects stand on one line, and long lists are cut with a word of how much follows. */
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

/** What a client of the demo gets: as GraphQL over HTTP has it. */
export interface Answer {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
  readonly extensions?: Record<string, unknown>;
}

export interface Question {
  readonly persona: string;
  readonly purpose: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Asks for the rest where something is withheld. */
  readonly partial?: boolean;
}

/** Asks a gateway that runs with --dev, as one of its personas, over HTTP like any other client. */
export class DemoClient {
  constructor(private readonly gateway: URL) {}

  async ask({ persona, purpose, query, variables, partial }: Question): Promise<Answer> {
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
    return (await response.json()) as Answer;
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
