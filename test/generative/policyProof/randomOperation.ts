import type { Dice } from './dice.js';
import type { City, CityField } from './randomCity.js';

/** A selection as it was made: the type with the field, and the field. */
export interface Selection {
  readonly on: string;
  readonly name: string;
  readonly argument?: string;
}

export interface RandomOperation {
  readonly text: string;
  readonly selections: readonly Selection[];
}

const LEAVES = ['Int', 'String', 'PartialDate', 'PersonID', 'ContactID'];

/**
 * An operation over objects, interfaces and unions, with aliases, arguments and fragments.
 * @param isLiked preferred fields, where there are any; otherwise an operation would seldom be shown whole
 */
export function randomOperation(
  dice: Dice,
  city: City,
  isLiked: (coordinate: string) => boolean,
): RandomOperation {
  const selections: Selection[] = [];
  const fragments: string[] = [];
  let alias = 0;

  function select(type: string, depth: number): string {
    const members = type === 'Hit' ? city.hits : type === 'Contact' ? city.contacts : [];
    const parts = members.length > 0 && dice.once(2) ? [onMember(dice.pick(members), depth)] : [];
    if (type === 'Hit') return `{ ${[...parts, typename(type)].join(' ')} }`;
    const fields = fieldsOf(city, type).filter(({ returns }) => depth > 0 || LEAVES.includes(returns));
    const liked = fields.filter(({ name }) => isLiked(`${type}.${name}`));
    const chosen = dice
      .few(liked.length > 0 ? liked : fields)
      .map((field) => selectField(type, field, depth));
    if (dice.once(6)) parts.push(typename(type));
    return `{ ${[...parts, ...chosen].join(' ')} }`;
  }

  function onMember(member: string, depth: number): string {
    const body = select(member, depth);
    if (dice.once(2)) return `... on ${member} ${body}`;
    const name = `F${fragments.length}`;
    fragments.push(`fragment ${name} on ${member} ${body}`);
    return `...${name}`;
  }

  function selectField(
    on: string,
    { name, returns, args }: Pick<CityField, 'name' | 'returns' | 'args'>,
    depth: number,
  ): string {
    const argument = args.length > 0 && dice.once(2) ? dice.pick(args).name : undefined;
    selections.push({ on, name, ...(argument !== undefined && { argument }) });
    const given = argument === undefined ? '' : `(${argument}: 1)`;
    return `a${alias++}: ${name}${given}${LEAVES.includes(returns) ? '' : ` ${select(returns, depth - 1)}`}`;
  }

  function typename(on: string): string {
    selections.push({ on, name: '__typename' });
    return `a${alias++}: __typename`;
  }

  return { text: ['query', select('Query', 4), ...fragments].join(' '), selections };
}

/** Fields of a type that a client can request. */
function fieldsOf(city: City, type: string): Pick<CityField, 'name' | 'returns' | 'args'>[] {
  if (type === 'Contact') {
    return [
      { name: 'id', returns: 'ContactID', args: [] },
      { name: 'startedAt', returns: 'PartialDate', args: [] },
      { name: 'service', returns: 'String', args: [] },
    ];
  }
  return [...city.fields.values()].filter(
    (field) =>
      field.type === type && field.kind !== 'feed' && (field.kind !== 'key' || !city.derived.includes(type)),
  );
}
