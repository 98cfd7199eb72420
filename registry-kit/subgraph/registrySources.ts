import { today } from '../../lib/calendar.js';
import type { DecisionContext } from '../../schema/tokens/decisionContext.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import {
  callerConditions,
  careConditions,
  type CareTables,
  ConditionSets,
} from '../enforcement/conditions.js';
import { flagConditions, type PersonFlags } from '../person-flags/flagConditions.js';
import { hiddenBy, type Restrictions } from '../restrictions/restrictions.js';
import type { Snapshot } from '../snapshot/openSnapshot.js';
import type { Sources } from './createSubgraph.js';
import { type RegistryStore, RowLoader } from './registryContext.js';

/** The restrictions that apply in a registry: its own, and those of the population register. */
interface CurrentRestrictions {
  readonly own: Restrictions;
  readonly population: Restrictions;
}

/** Reads the snapshot, person flags and restrictions that are current when a request begins. */
export function registrySources<Definition extends RegistryDefinition>(
  current: () => Snapshot<Definition>,
  personFlags: () => PersonFlags,
  restrictions: () => CurrentRestrictions,
): (decision: DecisionContext) => Sources<RegistryStore<Definition>> {
  const sets = new ConditionSets();
  return (decision) => {
    const { manifest, tables } = current();
    const { own, population } = restrictions();
    const on = today();
    const isHidden = hiddenBy(own, on, decision.person);
    const ofCaller = callerConditions(decision);
    const flags = personFlags();
    const ofPopulation = flagConditions(flags, population, on, decision.person);
    const ofCare = hasCareTables(tables) ? careConditions(tables, own, decision, on) : {};
    return {
      store: {
        manifest,
        tables,
        rows: new RowLoader<Definition>(tables, isHidden),
        isHidden,
      },
      conditions: {
        subject: { ...ofCaller.subject, ...ofPopulation.subject, ...ofCare },
        population: ofPopulation.population,
        record: ofCaller.record,
        isShielded: ofPopulation.isShielded,
        isHidden,
        bound: flags.persons.offsets.length - 1,
        sets: sets.forSources(tables, flags, own, population, on, decision.person),
      },
    };
  };
}

function hasCareTables(tables: object): tables is CareTables {
  return 'careRelationships' in tables && 'objections' in tables;
}

/**
 * Sources of a subgraph without register data. It knows no persons: the registries that feed it have enforced
 * conditions and restrictions already.
 */
export function derivedSources<Store>(store: Store): (decision: DecisionContext) => Sources<Store> {
  return (decision) => ({
    store,
    conditions: {
      ...callerConditions(decision),
      population: () => () => false,
      isShielded: () => false,
      bound: 0,
      sets: new Map(),
      isHidden: () => false,
    },
  });
}
