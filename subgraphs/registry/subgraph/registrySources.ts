import { today } from '../../../schema/calendar.js';
import type { DecisionContext } from '../../../schema/tokens/decisionContext.js';
import type { RegistryDefinition } from '../columns/tableDefinition.js';
import { callerConditions } from '../enforcement/callerConditions.js';
import { careConditions, type CareTables } from '../enforcement/careConditions.js';
import { ConditionSets } from '../enforcement/conditionSets.js';
import { overlayConditions, type Overlays } from '../overlays/overlayConditions.js';
import type { Snapshot } from '../snapshot/openSnapshot.js';
import type { Sources } from './createSubgraph.js';
import type { RegistryStore } from './registryContext.js';
import { RowLoader } from './rowLoader.js';

/** What a registry reads from: the snapshot and the overlays that are current when a request begins. */
export function registrySources<Definition extends RegistryDefinition>(
  current: () => Snapshot<Definition>,
  overlays: () => Overlays,
): (decision: DecisionContext) => Sources<RegistryStore<Definition>> {
  const sets = new ConditionSets();
  return (decision) => {
    const { manifest, tables } = current();
    const on = today();
    const ofCaller = callerConditions(decision);
    const known = overlays();
    const ofPopulation = overlayConditions(known, on);
    const ofCare = keepsCare(tables) ? careConditions(tables, decision.caller, on) : {};
    return {
      store: { manifest, tables, rows: new RowLoader<Definition>(tables) },
      conditions: {
        subject: { ...ofCaller.subject, ...ofPopulation.subject, ...ofCare },
        population: ofPopulation.population,
        record: ofCaller.record,
        isShielded: ofPopulation.isShielded,
        bound: known.persons.offsets.length - 1,
        sets: sets.while(tables, known, on),
      },
    };
  };
}

function keepsCare(tables: object): tables is CareTables {
  return 'careRelationships' in tables && 'objections' in tables;
}
