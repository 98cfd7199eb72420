import { addYears } from '../../lib/calendar.js';
import type { CodeLists } from '../../registry-kit/codes/codeLists.js';
import { HORIZON_YEARS, type RiskSource } from '../../registry-kit/features/feature.js';
import type { PersonKey } from '../../schema/keys.js';
import { AGE_FACTOR } from '../model/modelContent.js';
import { ChildrenBlock, type ChildrenFeeds } from './childrenBlock.js';
import type { RiskGrouping, RiskTable } from './riskTable.js';

/**
 * Joins the feeds of all registries about children as of some quarters. A child is included if every registry
 * reports on them and they are no client of child protection on that day.
 * @throws PolkuError RISK_TABLE_INCOMPLETE if a registry withheld its feed or failed
 */
export async function assembleTable(
  feeds: readonly ChildrenFeeds[],
  sources: readonly RiskSource[],
  populationCodes: CodeLists,
): Promise<RiskTable> {
  const blocks = await Promise.all(feeds.map((ofQuarter) => ChildrenBlock.of(ofQuarter)));
  const rows = blocks.reduce((sum, { size }) => sum + size, 0);
  const factors = sources.flatMap((source) => source.features);
  const columns = sources.flatMap(({ registry, features: own }) =>
    own.map(({ id }) => joined(rows, blocks, (block) => block.factor(registry, id))),
  );
  return {
    rows,
    factors,
    columns,
    blocks: blocks.map(({ asOf }) => asOf),
    block: Uint8Array.from(blocks.flatMap(({ size }, number) => new Array<number>(size).fill(number))),
    person: Uint32Array.from(blocks.flatMap(({ children }) => [...children])),
    family: familiesOf(blocks),
    ...outcomesOf(rows, blocks),
    groupings: groupingsOf(
      blocks,
      columns[factors.findIndex(({ id }) => id === AGE_FACTOR)]!,
      populationCodes,
    ),
  };
}

/** One column over all blocks, one after the other. */
function joined(
  rows: number,
  blocks: readonly ChildrenBlock[],
  columnOf: (block: ChildrenBlock) => Float32Array,
): Float32Array {
  const whole = new Float32Array(rows);
  let at = 0;
  for (const block of blocks) {
    whole.set(columnOf(block), at);
    at += block.size;
  }
  return whole;
}

function familiesOf(blocks: readonly ChildrenBlock[]): Uint32Array {
  const components = new FamilyComponents();
  for (const block of blocks) for (const household of block.households()) components.join(household);
  return Uint32Array.from(
    blocks.flatMap(({ children }) => Array.from(children, (child) => components.of(child))),
  );
}

function outcomesOf(
  rows: number,
  blocks: readonly ChildrenBlock[],
): Pick<RiskTable, 'exposure' | 'observed' | 'outcome'> {
  const exposure = new Float32Array(rows * HORIZON_YEARS);
  const observed = new Float32Array(rows * HORIZON_YEARS);
  const outcome = new Uint8Array(rows);
  let first = 0;
  for (const block of blocks) {
    const clientFrom = block.outcome('social', 'clientFrom');
    const until = block.outcome('population', 'until').map((day) => Math.min(day, block.dataUntil));
    for (let year = 0; year < HORIZON_YEARS; year++) {
      const [start, next] = [addYears(block.asOf, year), addYears(block.asOf, year + 1)];
      const exposed = block.outcome('population', 'exposure', year);
      for (let child = 0; child < block.size; child++) {
        const [row, from] = [first + child, clientFrom[child]!];
        const at = row * HORIZON_YEARS + year;
        exposure[at] = exposed[child]!;
        const seen = Math.min(1, Math.max(0, (until[child]! + 1 - start) / (next - start)));
        observed[at] = Math.min(exposed[child]!, seen);
        if (from >= start && from < next && from <= until[child]! && exposed[child]! > 0)
          outcome[row] = year + 1;
      }
    }
    first += block.size;
  }
  return { exposure, observed, outcome };
}

const AGES = ['0-2', '3-6', '7-12', '13-17'];
const ageBand = (age: number): number => (age < 3 ? 0 : age < 7 ? 1 : age < 13 ? 2 : 3);
const UNKNOWN = 'unknown';

function groupingsOf(blocks: readonly ChildrenBlock[], age: Float32Array, codes: CodeLists): RiskGrouping[] {
  const named = (
    name: string,
    labels: readonly string[],
    labelsOf: (block: ChildrenBlock) => readonly (string | undefined)[],
  ): RiskGrouping => {
    const number = new Map(labels.map((label, index) => [label, index]));
    const values = blocks.flatMap((block) =>
      labelsOf(block).map((label) => number.get(label ?? UNKNOWN) ?? number.get(UNKNOWN)!),
    );
    return { name, labels, values: Uint8Array.from(values) };
  };
  const districts = codes.get('districts')!;
  return [
    named('sex', ['female', 'male', UNKNOWN], (block) => block.texts('sex', 'sexes')),
    { name: 'age', labels: AGES, values: Uint8Array.from(age, ageBand) },
    named('district', [...codes.get('areas')!.keys(), UNKNOWN], (block) =>
      block.texts('district', 'districts').map((district) => districts.get(district ?? '')?.area),
    ),
    named('language', ['fi', 'sv', 'other', UNKNOWN], (block) =>
      block
        .texts('language', 'languages')
        .map((language) => (language === undefined || ['fi', 'sv'].includes(language) ? language : 'other')),
    ),
    named('familyType', ['no parent', 'one parent', 'two parents', UNKNOWN], (block) =>
      Array.from(
        block.outcome('population', 'parents'),
        (parents) => ['no parent', 'one parent'][parents] ?? 'two parents',
      ),
    ),
  ];
}

/**
 * Connected components of people over all dates: people who ever shared a household are in one component. A
 * model is therefore never tested on somebody whose family it was trained on. (Union-find with path halving:
 * R. E. Tarjan, J. van Leeuwen, JACM 1984.)
 */
class FamilyComponents {
  readonly #parent = new Map<PersonKey, PersonKey>();

  join(persons: readonly PersonKey[]): void {
    const [first, ...others] = persons;
    if (first === undefined) return;
    const root = this.of(first);
    for (const other of others) this.#parent.set(this.of(other), root);
  }

  /** The key of one person of the component, which represents it. */
  of(person: PersonKey): PersonKey {
    let at = person;
    for (;;) {
      const parent = this.#parent.get(at) ?? at;
      if (parent === at) return at;
      const above = this.#parent.get(parent) ?? parent;
      this.#parent.set(at, above);
      at = above;
    }
  }
}
