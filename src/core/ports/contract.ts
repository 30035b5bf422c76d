import type { Reply } from '../model/reply.ts';
import type { Settings, SettingValues } from '../model/setting.ts';

export type Phase = 'open' | 'close';

/** What the hook knows besides its arguments when it decodes a call. */
export interface CallContext<Of extends Settings = Settings> {
  /** Which of the product's hooks runs; one executable serves one phase. */
  readonly phase: Phase;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The product's own section of the configuration; empty where there is none. */
  readonly settings: SettingValues<Of>;
}

/** A decoded call. */
export interface Call {
  readonly phase: Phase;
  /** Possible task names, best first. The first that is configured (or, to close, open) counts. */
  readonly candidates: readonly string[];
  /** The product's own id of this run, the same in open and close; undefined where the product has none. */
  readonly runKey?: string | undefined;
  /** How the product says that the job ended; only reported, never needed to clean up. */
  readonly result?: string | undefined;
}

/** The bytes and the exit status that a product gets. */
export interface Answer {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: number;
}

/**
 * How one backup product calls us and which answer it expects. Pure both ways: no file, no clock, no environment but
 * what it is given.
 */
export interface Contract<Of extends Settings = Settings> {
  readonly product: string;
  /** What people call it. */
  readonly title: string;
  /** The section of the configuration that holds its settings. */
  readonly section: string;
  /** What the section is for, for people. */
  readonly sectionText: string;
  readonly settings: Of;
  /** Whether a hook is one job's, so that a task that is not configured is a mistake, or is called for all jobs of a client. */
  readonly serves: 'one job' | 'all jobs';
  /** How each hook is called, for people. */
  readonly usage: Readonly<Record<Phase, string>>;
  /** Words of a call that are others in each run, and so never the name of a task. */
  readonly ofOneRun?: RegExp;
  /** Throws Fault `call.invalid` where the call can't be understood. */
  decode(context: CallContext<Of>): Call;
  encode(reply: Reply, settings: SettingValues<Of>): Answer;
}
