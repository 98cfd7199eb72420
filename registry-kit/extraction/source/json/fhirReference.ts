/** A reference of FHIR R4 (https://hl7.org/fhir/R4/references.html): `Patient/123`, an address, or a URN. */
interface FhirReference {
  /** Such as Patient; undefined for a URN. */
  readonly type: string | undefined;
  readonly id: string;
}

const LITERAL = /(?:^|\/)([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/[^/]+)?$/;
const URN = /^urn:(?:uuid|oid):([^:]+)$/;

/** Reads a reference to a resource of its own; undefined for one within a resource (`#p1`), or a search. */
function parseReference(text: string): FhirReference | undefined {
  const urn = URN.exec(text);
  if (urn) return { type: undefined, id: urn[1]! };
  const [, type, id] = LITERAL.exec(text) ?? [];
  return id === undefined ? undefined : { type, id };
}

/** Changes the texts at paths that lead to a reference. See resolveReference. */
export function rewriteReferences(
  codes: ReadonlyMap<string, string> | undefined,
): (path: string) => ((text: string) => string) | undefined {
  const resolve = resolveReference(codes);
  return (path) => (/(?:^|\.)reference$/.test(path) ? resolve : undefined);
}

/**
 * The id that a reference names, or the code of the patient that it names. A patient without a code has an
 * empty text, so that the row is rejected: the id of a patient on one server is no code of a person.
 * @param codes patient id -> code; undefined: ids are used as they are
 */
export function resolveReference(codes: ReadonlyMap<string, string> | undefined): (text: string) => string {
  return (text) => {
    const reference = parseReference(text);
    if (!reference) return '';
    const { type, id } = reference;
    if (!codes || (type !== undefined && type !== 'Patient')) return id;
    return codes.get(id) ?? (type === undefined ? id : '');
  };
}
