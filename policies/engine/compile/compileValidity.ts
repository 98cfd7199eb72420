import { type Day, formatDay, parseDay } from '../../../schema/calendar.js';
import type { Path, SourceDocument } from '../parse/sourceDocument.js';
import type { CompileContext } from './compileContext.js';

/** First and last day; undefined where it is left open, or is no day. */
export function compileValidity(
  written: { readonly from?: string; readonly until?: string },
  source: SourceDocument,
  path: Path,
  { problems }: Pick<CompileContext, 'problems'>,
): { readonly from: Day | undefined; readonly until: Day | undefined } {
  const read = (bound: 'from' | 'until') => {
    const text = written[bound];
    const parsed = text === undefined ? undefined : parseDay(text);
    if (text !== undefined && parsed === undefined) {
      problems.error(
        source.place([...path, bound]),
        `There is no date "${text}".`,
        'Write a date as 2027-12-31.',
      );
    }
    return parsed;
  };
  const [from, until] = [read('from'), read('until')];
  if (from !== undefined && until !== undefined && until < from) {
    const what = path.includes('permits') ? 'permit' : 'grant';
    problems.error(
      source.place([...path, 'until']),
      `The ${what} ends before it begins.`,
      `Write a day after ${formatDay(from)}.`,
    );
    return { from, until: undefined };
  }
  return { from, until };
}
