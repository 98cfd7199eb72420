import { isNode, type Document, type LineCounter } from 'yaml';
import type { ErrorCode } from '../../../../schema/errorTable.js';
import { PolkuError } from '../../../../schema/polkuError.js';

/** Where in a mapping file: the keys that lead there. */
export type MappingPath = readonly (string | number)[];

interface Fault {
  readonly offset: number;
  readonly code: ErrorCode;
  readonly message: string;
}

/** Collects what is wrong with a mapping file, so that all of it is told at once, each with its line and column. */
export class MappingFaults {
  private readonly faults: Fault[] = [];
  private readonly noted: Pick<Fault, 'offset' | 'message'>[] = [];

  constructor(
    private readonly file: string,
    private readonly document: Document,
    private readonly lines: LineCounter,
  ) {}

  at(path: MappingPath, message: string, code: ErrorCode = 'MAPPING_INVALID'): void {
    this.atOffset(this.offsetOf(path), message, code);
  }

  atOffset(offset: number, message: string, code: ErrorCode = 'MAPPING_INVALID'): void {
    this.faults.push({ offset, code, message });
  }

  /** Says what is worth knowing, though it is no fault. */
  note(path: MappingPath, message: string): void {
    this.noted.push({ offset: this.offsetOf(path), message });
  }

  /** What is worth knowing, in the order of the file. */
  get notices(): readonly string[] {
    return this.told(this.noted);
  }

  /** @throws PolkuError MAPPING_INVALID, or SCHEME_UNKNOWN where schemes alone are wrong */
  throwIfAny(): void {
    if (this.faults.length === 0) return;
    const lines = this.told(this.faults);
    const code = this.faults.every((fault) => fault.code === 'SCHEME_UNKNOWN')
      ? 'SCHEME_UNKNOWN'
      : 'MAPPING_INVALID';
    throw new PolkuError(code, lines.join('\n'), { faults: lines });
  }

  /** With their places, in the order of the file. What is wrong with the format is found at each column that is read by it. */
  private told(messages: readonly Pick<Fault, 'offset' | 'message'>[]): string[] {
    const sorted = [...messages].sort((a, b) => a.offset - b.offset);
    const lines = sorted.map(({ offset, message }) => {
      const { line, col } = this.lines.linePos(offset);
      return `${this.file}:${line}:${col}: ${message}`;
    });
    return [...new Set(lines)];
  }

  /** Of the node at a path, or of the nearest one around it. */
  private offsetOf(path: MappingPath): number {
    for (let length = path.length; length > 0; length--) {
      const node = this.document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return node.range[0];
    }
    return 0;
  }
}
