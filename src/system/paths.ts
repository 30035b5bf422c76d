/** Where holdstill keeps its things. Fixed, so that no environment of a caller's can move them. */
export const CONFIG_DIRECTORY = '/etc/holdstill';
/** Journals: survive a reboot. */
export const STATE_DIRECTORY = '/var/lib/holdstill';
/** Mounts of tasks that name no `mount`: gone after a reboot. */
export const RUN_DIRECTORY = '/run/holdstill';
export const LOG_FILE = '/var/log/holdstill/holdstill.log';
/** Calls of the last days of which no task is configured. */
export const UNKNOWN_FILE = '/var/log/holdstill/unknown.json';
export const TRACE_FILE = '/var/log/holdstill/trace.jsonl';
/** V8's code of our own program, so that it need not be compiled on each call: may be removed at any time. */
export const CODE_DIRECTORY = '/var/cache/holdstill';
