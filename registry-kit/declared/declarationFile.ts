import type { LocalizedText } from '../../schema/language.js';

// registry.yaml, valid against schema/registry.schema.json. Every scalar is the text in the file.

export interface DeclarationFile {
  readonly registry: string;
  readonly tables: Readonly<Record<string, TableFile>>;
  readonly factors?: FactorsFile;
}

export interface TableFile {
  readonly description: string;
  readonly type?: string;
  readonly field?: string;
  readonly of?: string;
  readonly columns?: Readonly<Record<string, ColumnFile>>;
}

interface ColumnFile {
  readonly kind: 'day' | 'partial-day' | 'code' | 'number' | 'record';
  readonly optional?: 'true' | 'false';
  readonly list?: string;
  readonly codes?: 'icd-10';
  readonly filter?: string;
  readonly description?: string;
}

export interface FactorsFile {
  readonly rows: Readonly<Record<string, RowsFile>>;
  readonly child?: readonly StatisticFile[];
  readonly parents?: readonly StatisticFile[];
  readonly siblings?: readonly StatisticFile[];
}

export interface RowsFile {
  readonly of: string;
  readonly label: LocalizedText;
  /** One column, with its codes (`F*` begins with F) or its least number. */
  readonly where?: Readonly<Record<string, readonly string[] | { readonly atLeast: string }>>;
}

export interface StatisticFile {
  readonly count?: string;
  readonly sum?: NumberOfFile;
  readonly mean?: NumberOfFile;
  readonly since?: string;
  readonly trend?: string;
  readonly ongoing?: string;
  readonly variety?: { readonly id: string; readonly of: readonly string[]; readonly label: LocalizedText };
  readonly together?: readonly string[];
  /** Windows in months, or `ever`. */
  readonly months?: readonly string[];
}

interface NumberOfFile {
  readonly column: string;
  readonly of: string;
  readonly label: LocalizedText;
}
