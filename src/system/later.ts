/** A run of a task, as whoever goes on after its hook sees it: its files, and its id. */
export interface HookedRun {
  readonly journal: string;
  readonly lock: string;
  readonly run: string;
}

/**
 * Waits two seconds, and then for up to four more while a hook of the task is at work. Goes on as what it was given, if the
 * run is open still. It is sh because that is small: a Node.js of its own would busy the machine beside the hook that starts it,
 * and beside one that soon closes the task. Always the same text: what it is about are its arguments, of which it runs none but the last.
 */
const WAIT = [
  'journal=$1 lock=$2 run=$3; shift 3',
  'for pause in 2 1 1 1 1; do',
  'sleep $pause',
  'read -r head <"$journal" || exit 0',
  'case $head in *"$run"*) ;; *) exit 0 ;; esac',
  '[ -e "$lock" ] || break',
  'done',
  'exec "$@"',
].join('\n');

/** The words of a process that becomes `words` later, unless the run has been closed by then. */
export function later(
  { journal, lock, run }: HookedRun,
  words: readonly [string, ...string[]],
): readonly [string, ...string[]] {
  return ['/bin/sh', '-c', WAIT, 'holdstill', journal, lock, `"run":"${run}"`, ...words];
}
