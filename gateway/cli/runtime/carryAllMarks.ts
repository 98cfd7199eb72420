import { registries } from '../../../subgraphs/registries.js';
import type { Linkage } from '../../../subgraphs/linkage/linkage.js';
import { carryMarks } from '../../../subgraphs/registry/marks/changes.js';
import { changeMarks, EXTRACTION_PATIENCE_MS } from '../../../subgraphs/registry/marks/marksFile.js';

/**
 * Carries the marks of every registry to the keys that people have now. Called when linkage has saved its keys, so that
 * nobody's mark is lost when two codes turn out to be one person's.
 */
export function carryAllMarks(data: string): (linkage: Linkage) => Promise<void> {
  return async (linkage) => {
    const author = { time: new Date().toISOString(), by: 'extract' };
    for (const { definition } of registries)
      await changeMarks(
        { data, registry: definition.name, store: linkage.store },
        (marks) => carryMarks(marks, (person) => linkage.currentPerson(person), author),
        EXTRACTION_PATIENCE_MS,
      );
  };
}
