/**
 * A setting of a backup product, as data: the schema of its section, the lenient reading of a hook and the reference are
 * made from it.
 */
export type Setting = Switch | OneOf | Word | Script;

interface Described {
  /** What it does, for people. */
  readonly text: string;
  /**
   * Whether the call for a task that is not ours is answered the same without it. With any other setting such a call reads the
   * whole configuration.
   */
  readonly onlyForOurs?: true;
}

/** `true` or `false`. A hook takes what is neither for the default. */
export interface Switch extends Described {
  readonly type: 'switch';
  readonly default: boolean;
}

/** One of some words. A hook takes any other for the default. */
export interface OneOf<Value extends string = string> extends Described {
  readonly type: 'one of';
  readonly values: readonly Value[];
  readonly default: Value;
}

/** Text of a certain form; undefined where nobody gives it. A hook takes any text. */
export interface Word extends Described {
  readonly type: 'word';
  readonly pattern: RegExp;
  /** What is said of a wrong one: `must be ..., for example ...`. */
  readonly expected: string;
  readonly examples: readonly string[];
}

/** The absolute path of a program. A hook takes what is not a text for '': that a program was not run must not go unseen. */
export interface Script extends Described {
  readonly type: 'script';
  readonly examples: readonly string[];
}

/** Settings by name. Those that are named here are done by the hooks themselves, for each product that has them. */
export interface Settings {
  /** Note how the product called us in a file that only root can read. */
  readonly trace?: Switch;
  /** A job of which no task is configured is failed, or let through. */
  readonly unknownTask?: OneOf<'error' | 'pass'>;
  /** A program that a hook calls before it opens, and one after it closes. */
  readonly before?: Script;
  readonly after?: Script;
  readonly [name: string]: Setting | undefined;
}

/** What the configuration says for them. */
export type SettingValues<Of extends Settings = Settings> = {
  readonly [Name in keyof Of]?: ValueOf<NonNullable<Of[Name]>> | undefined;
};

type ValueOf<One extends Setting> = One extends Switch ? boolean : One extends OneOf<infer Value> ? Value : string;
