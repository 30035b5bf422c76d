import type { Fault } from './fault.ts';

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

/** What is known about the saved data when a task is closed. */
export type Verdict =
  | { readonly kind: 'good' }
  | { readonly kind: 'bad'; readonly reasons: readonly string[] }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A mount that a backup product is meant to read. */
export interface OpenedPath {
  /** The origin as the admin knows it: `vg/lv`, or the path that was asked for. */
  readonly source: string;
  readonly path: string;
}

/**
 * What happened, in terms that every product can be told. `lines` are plain text for the job log, already escaped:
 * no line holds a control character.
 */
export type Reply = Outcome & {
  /** What is wrong besides, told by a script of the admin's that the hook has called. */
  readonly besides?: string | undefined;
};

type Outcome =
  | { readonly kind: 'opened'; readonly paths: readonly OpenedPath[]; readonly lines: readonly string[] }
  | {
      readonly kind: 'closed';
      readonly verdict: Verdict;
      readonly leftovers: readonly string[];
      readonly lines: readonly string[];
    }
  /** The task is none of ours, or there was nothing to close. */
  | { readonly kind: 'nothing'; readonly lines: readonly string[] }
  | {
      readonly kind: 'failed';
      /** A Fault was foreseen; anything else is a bug (exit status 70). */
      readonly fault: Fault | Error;
      readonly leftovers: readonly string[];
      readonly lines: readonly string[];
    };

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
