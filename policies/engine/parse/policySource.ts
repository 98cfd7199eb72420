/** A file that data owners edit, as it was read. */
export interface PolicySource {
  /** Its name within the folder, such as `health.yaml`. */
  readonly file: string;
  readonly text: string;
}

/** Where something stands; lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}
