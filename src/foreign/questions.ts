import { readable, readAt } from './bytes.ts';
import { makeDirectory, removeDirectory, removeFile, renameFile, writeNew } from './changes.ts';
import { freeIn, heldInode, holdFile, letGo, makeFile } from './copies.ts';
import { directoriesOf, findImages, imageAt, imageFault } from './images.ts';
import { behindLink, linkTarget, lookUp, namesIn, readText, realPath } from './inodes.ts';
import { aboveWithInode, standingOf } from './place.ts';
import { qcow2Header } from './qcow2.ts';
import { trustedMode } from './trusted.ts';

/**
 * All that is asked about bytes and inodes that are not ours (system/prober.ts). Each function is synchronous, knows nothing but its one
 * argument, which names a `file`, and is called in a process that may hang.
 */
export const questions = {
  aboveWithInode,
  behindLink,
  directoriesOf,
  findImages,
  freeIn,
  heldInode,
  holdFile,
  imageAt,
  imageFault,
  trustedMode,
  letGo,
  linkTarget,
  lookUp,
  makeDirectory,
  makeFile,
  namesIn,
  qcow2Header,
  readable,
  readAt,
  readText,
  realPath,
  removeDirectory,
  removeFile,
  renameFile,
  standingOf,
  writeNew,
} as const;

export type QuestionName = keyof typeof questions;
export type AboutOf<N extends QuestionName> = Parameters<(typeof questions)[N]>[0];
export type AnswerOf<N extends QuestionName> = ReturnType<(typeof questions)[N]>;

/** Those that change something. */
export const CHANGES: ReadonlySet<QuestionName> = new Set([
  'makeDirectory',
  'makeFile',
  'removeDirectory',
  'removeFile',
  'renameFile',
  'writeNew',
]);
