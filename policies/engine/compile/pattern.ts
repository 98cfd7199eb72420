import { didYouMean } from '../../../lib/didYouMean.js';
import type { GraphField, PolicyGraph } from '../parse/policyGraph.js';
import type { Place, Problems } from '../parse/problems.js';

const PATTERN = /^(\w+)\.(?:(\w+)|(\*)|\{(\s*\w[\w\s,]*)\})$/;

/** A field that a pattern stands for. */
export interface Match {
  readonly field: GraphField;
  /** The pattern names the field; it is not matched by a star. */
  readonly named: boolean;
}

/**
 * The fields that `Type.field`, `Type.{a,b}` or `Type.*` stands for. An owner decides only on the fields of
 * its own registry. Other fields are problems, and so are fields that no policy governs. Fields of a registry
 * that is left out are skipped.
 * @param registry undefined: fields of all registries, as permits name them
 */
export function matchPattern(
  pattern: string,
  {
    graph,
    registry,
    place,
    problems,
  }: { graph: PolicyGraph; registry: string | undefined; place: Place; problems: Problems },
): readonly Match[] {
  const parts = PATTERN.exec(pattern);
  if (!parts) {
    problems.error(place, `"${pattern}" is not a pattern.`, 'Write Type.field, Type.{a,b} or Type.*.');
    return [];
  }
  const [, type = '', single, star, several] = parts;
  const fields = graph.types.get(type);
  if (!fields && graph.leftOut.types.has(type)) return [];
  if (!fields) {
    problems.error(place, `There is no type "${type}" in the graph.`, didYouMean(type, graph.types.keys()));
    return [];
  }
  if (star) {
    const own = fields.filter((field) => isOf(field, registry) && field.kind === 'governed');
    if (own.length === 0) {
      const whose = registry === undefined ? '' : ` of ${registry}`;
      problems.error(place, `"${pattern}" matches no field${whose} that a policy governs.`);
    }
    return own.map((field) => ({ field, named: false }));
  }
  const names = single === undefined ? several!.split(',').map((name) => name.trim()) : [single];
  return names.flatMap((name) => {
    const field = fields.find((candidate) => candidate.name === name);
    if (!field && graph.leftOut.types.get(type)?.has(name)) return [];
    if (!field) {
      const coordinate = `${type}.${name}`;
      const known = fields.filter(({ kind }) => kind === 'governed').map((candidate) => candidate.coordinate);
      problems.error(place, `There is no field "${coordinate}" in the graph.`, didYouMean(coordinate, known));
    } else if (field.kind !== 'governed') {
      problems.error(place, `"${field.coordinate}" is ${ungoverned[field.kind]}.`, 'Leave it out.');
    } else if (!isOf(field, registry)) {
      problems.error(
        place,
        `"${field.coordinate}" belongs to ${field.subgraph}, not to ${registry}.`,
        `Only its own owner decides on it, in ${field.subgraph}.yaml.`,
      );
    } else {
      return [{ field, named: true }];
    }
    return [];
  });
}

function isOf(field: GraphField, registry: string | undefined): boolean {
  return registry === undefined || field.subgraph === registry;
}

const ungoverned = {
  key: 'an id or a part of a key, which needs no grant',
  feed: 'a feed, which no client ever sees',
  internal: 'internal to federation, and never shown',
  interface: 'a field of an interface, decided on the types that implement it',
} as const;
