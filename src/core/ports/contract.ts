import type { Reply } from '../model/reply.ts';

export type Phase = 'open' | 'close';

/** What the hook knows besides its arguments when it decodes a call. */
export interface CallContext {
  /** Which of the product's hooks runs; one executable serves one phase. */
  readonly phase: Phase;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The product's own section of the configuration; empty where there is none. */
  readonly switches: Switches;
}

/** The switches of a product's section in the configuration. A contract reads those it knows. */
export interface Switches {
  /** sesam: the environment variable that holds the task name, where no argument is one. */
  readonly taskEnv?: string | undefined;
  /** sesam: leave with exit status 0 even after STATUS:ERROR, as SEP's own template does. */
  readonly exitZero?: boolean | undefined;
  /** Note how the product called us in a root-only file. */
  readonly trace?: boolean | undefined;
  /** sesam: a script that our hook calls before it opens, and one after it closes; '' for what is no path. */
  readonly before?: string | undefined;
  readonly after?: string | undefined;
  /** bacula, generic: a job of which no task is configured is let through. */
  readonly unknownTask?: 'error' | 'pass' | undefined;
}

/** A decoded call. */
export interface Call {
  readonly phase: Phase;
  /** Possible task names, best first. The first that is configured (or, to close, open) is meant. */
  readonly candidates: readonly string[];
  /** The product's own id of this run, the same in open and close; undefined where the product has none. */
  readonly runKey?: string | undefined;
  /** How the product says that the job ended; only reported, never needed to clean up. */
  readonly result?: string | undefined;
  readonly switches: Switches;
}

/** The bytes and the exit status that a product gets. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/**
 * How one backup product calls us and what it wants to hear back. Pure both ways: no file, no clock, no environment but
 * what it is given.
 */
export interface Contract {
  readonly product: string;
  /** The section of the configuration whose switches it reads. */
  readonly section: 'sesam' | 'bacula' | 'generic';
  /** Whether a hook is one job's, so that a task that is not configured is a mistake, or is called for all jobs of a client. */
  readonly serves: 'one job' | 'all jobs';
  /** How each hook is called, for people. */
  readonly usage: Readonly<Record<Phase, string>>;
  /** Throws Fault `call.invalid` where the call can't be understood. */
  decode(context: CallContext): Call;
  encode(reply: Reply, switches: Switches): Answer;
}
