import type { Source, Task } from '../../core/model/task.ts';
import type { Form } from '../forms.ts';

/**
 * One way to say what a task saves: a key of its record, and all that is known of it outside of the providers. What a provider
 * has to know of it is declared beside the entry, in `SourceKinds`.
 */
export interface SourceEntry<Made extends Source = Source, Value = unknown> {
  /** The key, and the kind of the source that is made of it. */
  readonly key: Made['kind'];
  /** What may be written for it, with its text and examples. */
  readonly form: Form<Value>;
  /** Other keys of a task that nothing but this source has. */
  readonly own?: Readonly<Record<string, Form>>;
  /** Keys of every task that would do nothing for this source. */
  readonly without: readonly string[];
  /** What `exclude` may leave out: parts of a disk by what they are, and what is mounted below by its path. */
  readonly excludes: readonly ('parts' | 'paths')[];
  /** What is supposed of who wrote the file systems. */
  readonly trust: Extract<Task['trust'], 'host' | 'guest'>;
  /** The source; `own`: the whole record, for the keys of its own. */
  from(value: Value, own: Readonly<Record<string, unknown>>): Made;
  describe(source: Made): Described;
  saved(source: Made): Saved;
  /** What is legal, and seldom what was wanted. */
  doubt?(source: Made): string | undefined;
}

/** A source for people. */
export interface Described {
  readonly text: string;
  /** What holds of its own keys. */
  readonly own?: Readonly<Record<string, string>>;
}

/** What two tasks may have in common. */
export interface Saved {
  /** Names of different namespaces are never the same. */
  readonly namespace: string;
  readonly name: string;
  /** Of a source with patterns: whether it saves what has this name, or this name for a pattern of its own. */
  readonly covers?: (name: string) => boolean;
}
