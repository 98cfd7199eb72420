import type {
  OpenDimension,
  ProtectedTable,
  Protection,
  TableRequest,
} from '../../../disclosure-control/groupQuestion.js';
import { CooperativeScheduler } from '../../../lib/cooperativeScheduler.js';
import { Field, Float, Int, ObjectType } from '../../../lib/typeGraphql.js';
import { CodedValue } from '../../../registry-kit/codes/codedValue.js';
import { badInput } from '../../../registry-kit/criteria/groupFilter.js';
import { PersonSet } from '../../../schema/personSet.js';
import { memberPaths, type MemberPaths, type MemberSector, NO_SERVICE, serviceAt } from '../members.js';
import { type AskedResult, type GroupRequester, protect } from '../protect.js';
import { ProtectedResult, TOO_FEW } from './protectedResult.js';

const MAX_STEPS = 5;
const MAX_PATHS = 100;
/** The most paths, and the most transitions of a step, that are counted. */
const MAX_COUNTED = 250;
/**
 * Bands of months between the first days of two episodes: fewer than 1, 3, 6, 12 and 24 months, and longer.
 */
const GAP_BANDS = [1, 3, 6, 12, 24];
const DAYS_A_MONTH = 30.436_875;

@ObjectType({ simpleResolvers: true, description: 'A kind of episode: a service of a registry.' })
export class CommonStep {
  @Field(() => String, { nullable: true })
  readonly sector: string;

  @Field(() => CodedValue, { nullable: true })
  readonly service: CodedValue;

  constructor({ sector, service }: { readonly sector: string; readonly service: string }) {
    this.sector = sector;
    this.service = new CodedValue(`${sector}/services`, service);
  }
}

@ObjectType({ simpleResolvers: true, description: 'An episode of a common path.' })
export class PathStep extends CommonStep {
  @Field(() => String, {
    nullable: true,
    description:
      'The band of months that contains the median gap since the episode before it, such as "3-6". null: not requested, suppressed, or the first episode.',
  })
  readonly medianGap: string | null;

  constructor(step: { readonly sector: string; readonly service: string }, medianGap: string | null) {
    super(step);
    this.medianGap = medianGap;
  }
}

@ObjectType({ simpleResolvers: true, description: 'A sequence of first episodes that many members share.' })
export class CommonPath {
  @Field(() => [PathStep], { nullable: true, description: 'Empty: no contact in the period.' })
  readonly steps: readonly PathStep[];

  @Field(() => Int, { nullable: true })
  readonly persons: number;

  @Field(() => Float, { nullable: true, description: 'The share of all members.' })
  readonly share: number | null;

  constructor(steps: readonly PathStep[], persons: number, share: number | null) {
    this.steps = steps;
    this.persons = persons;
    this.share = share;
  }
}

@ObjectType({
  simpleResolvers: true,
  description: 'An edge of the graph of paths, for example for a Sankey diagram.',
})
export class PathTransition {
  @Field(() => Int, { nullable: true, description: 'From this episode, counted from 1, to the next.' })
  readonly step: number;

  @Field(() => CommonStep, { nullable: true })
  readonly from: CommonStep;

  @Field(() => CommonStep, { nullable: true })
  readonly to: CommonStep;

  @Field(() => Int, { nullable: true })
  readonly persons: number;

  constructor(step: number, from: CommonStep, to: CommonStep, persons: number) {
    this.step = step;
    this.from = from;
    this.to = to;
    this.persons = persons;
  }
}

@ObjectType({ simpleResolvers: true })
export class CommonPaths extends ProtectedResult {
  @Field(() => Int, { nullable: true, description: `The number of members. ${TOO_FEW}` })
  readonly members: number | null;

  @Field(() => [CommonPath], { nullable: true, description: 'The most frequent first.' })
  readonly paths: readonly CommonPath[];

  @Field(() => [PathTransition], { nullable: true })
  readonly transitions: readonly PathTransition[];

  constructor(
    protection: Protection,
    members: number | null,
    paths: readonly CommonPath[],
    transitions: readonly PathTransition[],
  ) {
    super(protection);
    this.members = members;
    this.paths = paths;
    this.transitions = transitions;
  }
}

/** The arguments of common paths. */
export interface CommonPathsArguments {
  readonly first: number;
  readonly steps: number;
  readonly gaps: boolean;
}

/**
 * Common paths as a question: whole paths, and the transitions of each step.
 * @returns also the most that the gaps cost: it depends on how many paths are published
 * @throws PolkuError BAD_USER_INPUT
 */
export function askedCommonPaths({ first, steps, gaps }: CommonPathsArguments): AskedResult & {
  readonly furtherCost: number;
} {
  if (first < 1 || first > MAX_PATHS || steps < 1 || steps > MAX_STEPS)
    throw badInput(`Expected 1 to ${MAX_PATHS} paths of 1 to ${MAX_STEPS} steps.`);
  const tables = Array.from({ length: steps }, () => ({ dimensions: [{ most: MAX_COUNTED }] }));
  const furtherCost = gaps ? first * (steps - 1) * 2 : 0;
  return { result: ['commonPaths', steps], tables, furtherCost };
}

/**
 * The most frequent first episodes of members, and the graph of their transitions.
 * @throws PolkuError BAD_USER_INPUT
 */
export async function commonPaths(
  members: PersonSet,
  sectors: readonly MemberSector[],
  requester: GroupRequester,
  given: CommonPathsArguments,
): Promise<CommonPaths> {
  const { first, steps, gaps } = given;
  const { result } = askedCommonPaths(given);
  const paths = await memberPaths(members, sectors, steps);
  const codes = new PathCodes(paths, sectors, members.words.length * 32);
  const dimensions = [await codes.whole()];
  for (let step = 0; step < steps - 1; step++) dimensions.push(await codes.edges(step));
  const tables = dimensions.map((dimension) => ({ members: members.words, dimensions: [dimension] }));
  const answer = await protect(requester, result, tables);
  const [wholes, ...edges] = answer.tables;
  const total = wholes!.counts.at(-1)!;
  const found = publishedCategories(wholes!)
    .sort((a, b) => b.persons - a.persons)
    .slice(0, first);
  const medians = gaps ? await medianGaps(paths, codes, found, members, requester) : undefined;
  const stepAt = (service: number) => serviceAt(sectors, service);
  return new CommonPaths(
    answer.protection,
    total,
    found.map(
      ({ code, persons }, index) =>
        new CommonPath(
          codes
            .stepsOf(code)
            .map((service, step) => new PathStep(stepAt(service), medians?.[index]?.[step - 1] ?? null)),
          persons,
          total && Math.min(1, persons / total),
        ),
    ),
    edges.flatMap((edge, step) =>
      publishedCategories(edge).flatMap(({ code, persons }) => {
        const [from, to] = codes.stepsOf(code);
        if (from === undefined || to === undefined) return [];
        const [one, next] = [from, to].map((service) => new CommonStep(stepAt(service)));
        return [new PathTransition(step + 1, one!, next!, persons)];
      }),
    ),
  );
}

/**
 * Encodes sequences of services as numbers: digits in a base greater than any service, the first step last.
 */
class PathCodes {
  readonly #base: number;

  /** @param bound all keys of persons are below it */
  constructor(
    private readonly paths: MemberPaths,
    sectors: readonly MemberSector[],
    private readonly bound: number,
  ) {
    this.#base = sectors.reduce((sum, { services }) => sum + services.length, 0) + 1;
  }

  /** The path of each person. */
  whole(): Promise<OpenDimension> {
    return this.#codes(0, this.paths.steps);
  }

  /** The transition of each person from a step, counted from 0, to the next. */
  edges(step: number): Promise<OpenDimension> {
    return this.#codes(step, step + 2);
  }

  stepsOf(code: number): readonly number[] {
    const steps: number[] = [];
    for (let rest = code; rest > 0; rest = Math.floor(rest / this.#base)) steps.push((rest % this.#base) - 1);
    return steps;
  }

  async #codes(from: number, until: number): Promise<OpenDimension> {
    const { steps, persons, services } = this.paths;
    const values = new Float64Array(this.bound).fill(Number.NaN);
    await new CooperativeScheduler().forEachChunk(persons.length, (first, end) => {
      for (let index = first; index < end; index++) {
        let code = 0;
        for (let step = until - 1; step >= from; step--) {
          const service = services[index * steps + step]!;
          code = code * this.#base + (service === NO_SERVICE ? 0 : service + 1);
        }
        values[persons[index]!] = code;
      }
    });
    return { values, most: MAX_COUNTED };
  }
}

interface PublishedCategory {
  readonly code: number;
  readonly persons: number;
}

function publishedCategories({ values, counts }: ProtectedTable): PublishedCategory[] {
  return values.flatMap((code, category) => {
    const persons = counts[category]!;
    return persons === null ? [] : [{ code, persons }];
  });
}

/**
 * For each path and each step except the first: the band that contains the median gap before it; null if
 * suppressed.
 */
async function medianGaps(
  paths: MemberPaths,
  codes: PathCodes,
  found: readonly PublishedCategory[],
  members: PersonSet,
  requester: GroupRequester,
): Promise<readonly (readonly (string | null)[])[]> {
  const bound = members.words.length * 32;
  const { values: whole } = await codes.whole();
  const scheduler = new CooperativeScheduler();
  const tables: TableRequest[] = [];
  for (const { code } of found) {
    const { length } = codes.stepsOf(code);
    const sets = Array.from({ length: Math.max(0, length - 1) }, () => PersonSet.below(bound));
    const bands = sets.map(() => new Uint8Array(bound));
    await scheduler.forEachChunk(paths.persons.length, (from, to) => {
      for (let index = from; index < to; index++) {
        const person = paths.persons[index]!;
        if (whole[person] !== code) continue;
        for (let step = 0; step < sets.length; step++) {
          sets[step]!.add(person);
          bands[step]![person] = bandOf(paths, index, step);
        }
      }
    });
    sets.forEach(({ words }, step) =>
      tables.push({
        members: words,
        dimensions: [{ size: GAP_BANDS.length + 1, codes: bands[step]! }],
      }),
    );
  }
  const answer = await protect(requester, ['medianGaps', paths.steps, found.map(({ code }) => code)], tables);
  const medians = answer.tables.map(({ counts }) => medianBand(counts));
  let at = 0;
  return found.map(({ code }) => {
    const number = Math.max(0, codes.stepsOf(code).length - 1);
    return medians.slice(at, (at += number));
  });
}

function bandOf({ steps, starts }: MemberPaths, index: number, step: number): number {
  const days = starts[index * steps + step + 1]! - starts[index * steps + step]!;
  const band = GAP_BANDS.findIndex((months) => days < months * DAYS_A_MONTH);
  return band < 0 ? GAP_BANDS.length : band;
}

/** The band of the median, if the published bands determine it. */
function medianBand(counts: ProtectedTable['counts']): string | null {
  const total = counts.at(-1)!;
  if (total === null) return null;
  const bands = counts.slice(0, -1);
  const below = (band: number) => bands.slice(0, band).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const above = (band: number) => bands.slice(band + 1).reduce<number>((sum, count) => sum + (count ?? 0), 0);
  const suppressed = total - below(bands.length);
  const median = bands.findIndex(
    (count, band) =>
      count !== null &&
      below(band) + Math.max(0, suppressed) < total / 2 &&
      above(band) + Math.max(0, suppressed) < total / 2,
  );
  if (median < 0) return null;
  if (median === GAP_BANDS.length) return `${GAP_BANDS.at(-1)}-`;
  return `${median === 0 ? 0 : GAP_BANDS[median - 1]}-${GAP_BANDS[median]}`;
}
