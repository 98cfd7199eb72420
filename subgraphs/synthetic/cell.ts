/** What a cell of an exported file can be; a date is written as the file's format has it, or as days since 1970-01-01. */
export type Cell = string | number | null;
