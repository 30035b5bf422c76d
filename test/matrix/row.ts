/** A line of the table that `npm run matrix` prints. */
export interface Row {
  /** What was tried, for people: `kill -9 around every command of pre, thick`. */
  readonly what: string;
  readonly tried: number;
  /** One text for each that failed, enough to try it again by hand. */
  readonly failures: readonly string[];
}

/** `all`: by hand, however long it takes. `sample`: an even choice of the same points, for `npm test`. */
export type Scale = 'all' | 'sample';
