/** A place in a file; both count from 1, the column in UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** What the YAML text says, as plain data. Maps have no prototype; only plain decimal integers are numbers. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };
export type Path = readonly PropertyKey[];

/** A file of the configuration that is sound YAML with a map at the top. */
export interface SourceFile {
  readonly path: string;
  /** holdstill.yaml itself, not a file of tasks.d. */
  readonly main: boolean;
  readonly value: { readonly [key: string]: Plain };
  /** Where the value (or its key) at `path` is written; where there is none, the nearest thing around it. */
  position(path: Path, what?: 'key' | 'value'): Position;
}

/** The value as a map; an empty one where it is something else. */
export function mapOf(value: Plain | undefined): { readonly [key: string]: Plain } {
  return isPlainMap(value) ? value : {};
}

export function isPlainMap(value: Plain | undefined): value is { readonly [key: string]: Plain } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
