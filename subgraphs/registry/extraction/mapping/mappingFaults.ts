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

  /** @throws PolkuError MAPPING_INVALID, or SCHEME_UNKNOWN where schemes alone are wrong */
  throwIfAny(): void {
    if (this.faults.length === 0) return;
    const sorted = [...this.faults].sort((a, b) => a.offset - b.offset);
    const told = sorted.map(({ offset, message }) => {
      const { line, col } = this.lines.linePos(offset);
      return `${this.file}:${line}:${col}: ${message}`;
    });
    // What is wrong with the format is found at each column that is read by it.
    const lines = [...new Set(told)];
    const code = sorted.every((fault) => fault.code === 'SCHEME_UNKNOWN')
      ? 'SCHEME_UNKNOWN'
      : 'MAPPING_INVALID';
    throw new PolkuError(code, lines.join('\n'), { faults: lines });
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
