/**
 * One undoable change, as data: `kind` names the handler that can undo it, the rest says what was changed. Never a
 * closure, because whoever undoes it may be another process after a reboot.
 */
export interface Step {
  readonly kind: string;
  readonly [field: string]: string;
}

/** What only became known by carrying a step out: a UUID, a mount id. */
export type Facts = Readonly<Record<string, string>>;

/** A step that stands in a journal. It may or may not have been carried out; `facts` are there only if it was. */
export interface NotedStep {
  readonly number: number;
  readonly step: Step;
  readonly facts: Facts | undefined;
}

/** `undone` also means: was already gone, or was never done. `left` says why it is still there. */
export type Outcome =
  | { readonly kind: 'undone' }
  | {
      readonly kind: 'left';
      readonly reason: string;
      /** What is there is not ours, so no message says to remove it. */
      readonly foreign?: true;
      /** What to type, where it is another command than `describe` gives. */
      readonly byHand?: string;
      /** It was ours and is somebody's now, since he may have written to it; he is asked to save what he needs. */
      readonly adopted?: true;
      /** Nobody knows whether it is there: the storage that it is in is not, and may come back. */
      readonly absent?: true;
    };

/**
 * Undoes all steps of one kind at once, in the order given, and never throws for a single step. Already gone is
 * `undone`. What is there but can't be proved to be ours is `left`, untouched.
 */
export interface UndoHandler {
  readonly kind: string;
  undo(steps: readonly NotedStep[]): Promise<readonly Outcome[]>;
  /**
   * What the step made and what that stands on, by names of which each is one thing on this machine. While something
   * stands on it a step is not undone.
   */
  dependsOn(step: NotedStep): { readonly is: string | undefined; readonly on: readonly string[] };
  /** One line for people: what the step made, and the command that would undo it by hand. */
  describe(step: NotedStep): { readonly what: string; readonly byHand: string };
}
