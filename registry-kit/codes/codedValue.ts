import { Ctx, Directive, Field, ObjectType } from '../../lib/typeGraphql.js';
import { maskedList } from '../../policies/engine/catalogue/masks.js';
import type { MaskName } from '../../policies/engine/decision.js';
import { inLanguage, type Language } from '../../schema/language.js';
import { codeAt, type CodeColumn } from '../columns/table.js';
import type { RequestContext } from '../subgraph/requestContext.js';
import { LanguageAsked } from '../../schema/languageAsked.js';

/**
 * A code of a code list. The field that answers it governs it: masks make its code coarser, and its label is
 * that of the coarser code. So its own fields need no grant.
 */
@ObjectType('Coding', { description: 'A code of a code list, and its label.' })
@Directive('@shareable')
export class CodedValue {
  @Field(() => String, { nullable: true, simple: true })
  readonly code: string;

  /** `<registry>/<name of the code list>` */
  readonly list: string;

  constructor(list: string, code: string) {
    this.list = list;
    this.code = code;
  }

  @Field(() => String, {
    nullable: true,
    description: 'What the code means; null where its code list does not have it.',
  })
  label(@LanguageAsked() language: Language, @Ctx() { codes }: RequestContext): string | null {
    const labels = codes.labelsOf(this.list, this.code);
    return labels ? inLanguage(labels, language) : null;
  }

  /** The coding of a masked code. Masked codes may have a list of their own. */
  masked(code: string, mask: MaskName): CodedValue {
    const list = maskedList(mask);
    return new CodedValue(list === undefined ? this.list : `${registryOf(this.list)}/${list}`, code);
  }
}

/** The code in a row; null where there is none. */
export function codingAt(list: string, column: CodeColumn, row: number): CodedValue | null {
  const code = codeAt(column, row);
  return code === undefined ? null : new CodedValue(list, code);
}

function registryOf(list: string): string {
  return list.slice(0, list.indexOf('/'));
}
