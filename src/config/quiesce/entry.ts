import type { Quiesce } from '../../core/model/quiesce.ts';
import type { Form } from '../forms.ts';

/** One means of bringing something to rest: its word in the configuration, and all that is known of it outside of `src/quiesce`. */
export interface MeansEntry<Made extends Quiesce = Quiesce, Value = unknown> {
  /** The word, and the kind of what is made of it. */
  readonly key: Made['kind'];
  /** What may be written for it, with its text and examples. */
  readonly form: Form<Value>;
  /** What the word alone stands for; undefined: it needs settings. */
  readonly alone: Value | undefined;
  /** Means that must not be named before it: who asks a guest for something must do so before it stands still. */
  readonly before?: readonly Quiesce['kind'][];
  from(value: Value): Made;
  /** With its settings, for people. */
  describe(made: Made): string;
}
