/**
 * Every foreseen failure, and the exit status that goes with it on the command line:
 * 1 failed, nothing left; 2 bad call or configuration, nothing tried; 4 busy.
 */
const EXIT_STATUS = {
  'call.invalid': 2,
  'config.missing': 2,
  'config.unreadable': 2,
  'config.insecure': 2,
  'config.invalid': 2,
  'state.insecure': 2,
  'task.unknown': 2,
  'task.busy': 4,
  'task.locked': 4,
  'task.interrupted': 1,
  'task.timeout': 1,
  'journal.broken': 1,
  'journal.unwritable': 1,
  'script.failed': 1,
  'runtime.missing': 1,
  'tool.missing': 1,
  'tool.failed': 1,
  'tool.old': 1,
  'tool.timeout': 1,
  'tool.locked': 1,
  'guest.unknown': 1,
  'guest.unreachable': 1,
  'quiesce.failed': 1,
  'quiesce.unguarded': 1,
  'quiesce.grade': 1,
  'origin.unknown': 1,
  'origin.unsuitable': 1,
  'origin.none': 1,
  'snapshot.no-space': 1,
  'snapshot.failed': 1,
  'snapshot.not-ours': 1,
  'volume.unreadable': 1,
  'volume.damaged': 1,
  'mount.point': 1,
  'mount.failed': 1,
  'mount.nothing': 1,
} as const satisfies Record<string, number>;

export type FaultCode = keyof typeof EXIT_STATUS;

/**
 * A foreseen failure. `message` says what failed and names it, in lower case and without a full stop;
 * `hint` is what the admin can type or change; `detail` is the text of the tool that refused, line by line.
 * Whoever shows them to people escapes them (core/text/escape.ts).
 */
export class Fault extends Error {
  readonly code: FaultCode;
  readonly hint: string | undefined;
  readonly detail: readonly string[];

  constructor(
    code: FaultCode,
    message: string,
    more: { readonly hint?: string; readonly detail?: readonly string[]; readonly cause?: unknown } = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'Fault';
    this.code = code;
    this.hint = more.hint;
    this.detail = more.detail ?? [];
  }

  get exitStatus(): number {
    return EXIT_STATUS[this.code];
  }
}

/**
 * Whether `error` is a Fault. A hook is built from two bundles (see hooks/build/build.ts), each with its own copy of the
 * class, so the name is asked and not the prototype.
 */
export function isFault(error: unknown): error is Fault {
  return error instanceof Error && error.name === 'Fault' && 'code' in error;
}

/** What went wrong, and what can be done about it, in one line. */
export function withHint(error: unknown): string {
  const { message } = asError(error);
  return isFault(error) && error.hint ? `${message}; ${error.hint}` : message;
}

/** Whatever was thrown, as an Error. */
export function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
