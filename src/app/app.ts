/** What the hooks and the command line load when there is work: the deferred part of every executable. */
export { closeTask } from './close.ts';
export { configSchema, showConfig, validateConfig } from './config.ts';
export { findPath } from './find.ts';
export { guard } from './guard.ts';
export { openTask } from './open.ts';
export { planTask } from './plan.ts';
export { recoverTasks, recoverUnattended } from './recover.ts';
export { runTask } from './run.ts';
export { callScript } from './script.ts';
export { statusOf } from './status.ts';
