/** What was seen of others at the snapshots of a task, by number of the step. */
export interface Adopted {
  /** By what they are somebody's own. */
  readonly seen: ReadonlyMap<number, string>;
  /** Why it could not be looked for: they must stay until it can. */
  readonly unsure: ReadonlyMap<number, string>;
}
