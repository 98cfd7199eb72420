import { addMonths, formatDay } from '../../schema/calendar.js';
import { parseQuarter, formatQuarter } from '../../schema/quarter.js';
import { codeAt, NO_DAY, rowsOf } from '../registry/columns/table.js';
import type { ChildNumber, Foretelling } from '../registry/feeds/foretelling.js';
import type { RegistryStore } from '../registry/subgraph/registryContext.js';
import { clientSteps, isClient, socialFactors } from './factors.js';
import type { socialRegistry } from './tables.js';

type SocialStore = RegistryStore<typeof socialRegistry>;

/** Whether a child is a client of child protection on the day before the quarter: nothing is foreseen of those who are. */
const client: ChildNumber<SocialStore> = {
  name: 'client',
  size: 1,
  reads: isClient.factors[0]!.reads,
  reader: (store, before) => isClient.reader(store, before).read,
};

/** When a child next became a client of child protection, in open care or by placement (417/2007). */
const clientFrom: ChildNumber<SocialStore> = {
  name: 'clientFrom',
  size: 1,
  reads: client.reads,
  reader:
    ({ tables: { childProtection } }, before) =>
    ({ child }, known, into) => {
      into[0] = known(child) ? Infinity : Number.NaN;
      const { start, step } = childProtection.columns;
      const [from, to] = rowsOf(childProtection, child);
      for (let row = to - 1; row >= from && start[row]! >= before; row--)
        if (clientSteps.includes(codeAt(step, row) ?? '')) into[0] = start[row]!;
    },
};

/** An assessment is given of children whose child-protection steps the caller may see. */
export const socialForetelling: Foretelling<SocialStore> = {
  source: socialFactors,
  shownOfChild: ['Person.childProtection'],
  besides: [client],
  outcomes: [client, clientFrom],
  outcomeTexts: (store) => ({ dataUntil: [dataUntil(store)] }),
};

/** The last day that the register reaches: that of the quarter in which the last contact began. */
function dataUntil({ tables: { contacts } }: SocialStore): string {
  const last = contacts.columns.start.reduce((latest, day) => Math.max(latest, day), NO_DAY);
  return formatDay(addMonths(parseQuarter(formatQuarter(last))!, 3) - 1);
}
