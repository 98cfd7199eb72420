import { type Marks, noMarks } from '../../../subgraphs/registry/marks/marks.js';
import { marksPath, missingMarks, readMarks } from '../../../subgraphs/registry/marks/marksFile.js';
import { fileRevision } from '../../../subgraphs/storage/fileRevision.js';

/** The marks of a registry in service; those that were read last stay where newer ones cannot be read. */
export class LiveMarks {
  private constructor(
    private readonly data: string,
    private readonly registry: string,
    private marks: Marks,
    private revision: string,
  ) {}

  /** @throws PolkuError MARKS_INVALID: nothing may be served then */
  static async open(data: string, registry: string): Promise<LiveMarks> {
    const revision = await fileRevision(marksPath(data, registry));
    return new LiveMarks(data, registry, await readMarks(data, registry), revision);
  }

  get current(): Marks {
    return this.marks;
  }

  /**
   * Takes up what has changed. Requests that have begun end on the marks that they began with.
   * @throws PolkuError MARKS_INVALID
   */
  async refresh(): Promise<void> {
    const revision = await fileRevision(marksPath(this.data, this.registry));
    if (revision === this.revision) return;
    const marks = await readMarks(this.data, this.registry);
    // A file that was there and is gone lifts nobody's mark.
    if (marks === noMarks) throw missingMarks(this.data, this.registry);
    [this.marks, this.revision] = [marks, revision];
  }
}
