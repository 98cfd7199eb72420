import { type Marks, noMarks } from '../../../subgraphs/registry/marks/marks.js';
import {
  marksPath,
  type MarksPlace,
  missingMarks,
  readMarks,
  traceMarks,
} from '../../../subgraphs/registry/marks/marksFile.js';
import { fileRevision } from '../../../subgraphs/storage/fileRevision.js';

/** The marks of a registry in service; those that were read last stay where newer ones cannot be read. */
export class LiveMarks {
  private constructor(
    private readonly place: MarksPlace,
    private marks: Marks,
    private revision: string,
  ) {}

  /** @throws PolkuError MARKS_INVALID, LINKAGE_STORE_CHANGED: nothing may be served then */
  static async open(place: MarksPlace): Promise<LiveMarks> {
    const { data, registry, store } = place;
    const revision = await fileRevision(marksPath(data, registry));
    const marks = await readMarks(data, registry, store);
    await traceMarks(place);
    return new LiveMarks(place, marks, revision);
  }

  get current(): Marks {
    return this.marks;
  }

  /**
   * Takes up what has changed. Requests that have begun end on the marks that they began with.
   * @throws PolkuError MARKS_INVALID, LINKAGE_STORE_CHANGED
   */
  async refresh(): Promise<void> {
    const { data, registry, store } = this.place;
    const revision = await fileRevision(marksPath(data, registry));
    if (revision === this.revision) return;
    const marks = await readMarks(data, registry, store);
    // A file that was there and is gone lifts nobody's mark.
    if (marks === noMarks) throw missingMarks(data, registry);
    [this.marks, this.revision] = [marks, revision];
    await traceMarks(this.place);
  }
}
