'use strict';
/*
 * Loaded into a hook by `node --require`; see sabotage.bash. Counts the moments of a run: each command that is started
 * and each change of the journal and of the mount directories. A plan (`N HOW`, or `count`) says at which of them what
 * shall go wrong. The program itself is the built one and knows nothing of this.
 */
const { ChildProcess } = require('node:child_process');
const fs = require('node:fs');
const { basename } = require('node:path');

const HERE = '/run/sabotage';
const STATE = '/var/lib/holdstill';
/** By the name of the question (src/foreign/questions.ts). */
const CHANGES = {
  makeFile: 'mkimage',
  removeFile: 'rmimage',
  makeDirectory: 'mkdir',
  removeDirectory: 'rmdir',
};
const { appendFileSync, existsSync, readFileSync, writeFileSync } = fs;

let plan = [];
try {
  plan = readFileSync(`${HERE}/plan`, 'utf8').trim().split(' ');
} catch {
  // no plan: the hook is left alone
}
// The watcher that `pre` starts has moments of its own, at its own time.
if (plan.length > 0 && process.env.HOLDSTILL_ORDER === undefined) watch(Number(plan[0]), plan[1]);

function watch(at, how) {
  let count = 0;

  /** Notes a moment; the answer is what shall happen at it, if it is the one. */
  const reached = (what) => {
    count += 1;
    if (Number.isNaN(at)) appendFileSync(`${HERE}/moments`, `${what}\n`);
    if (count !== at) return undefined;
    writeFileSync(`${HERE}/hit`, `${what}\n`);
    if (how === 'before') die();
    return how;
  };

  const { spawn } = ChildProcess.prototype;
  ChildProcess.prototype.spawn = function (options) {
    const [tool, word = ''] = options.args;
    const fault = reached(/^[a-z]+$/.test(word) ? `${tool} ${word}` : tool);
    const faulty = fault !== undefined && !['while', 'after', 'group', 'term'].includes(fault);
    const replacement = `${HERE}/faulty/${basename(tool)}`;
    // A fault that nothing brings about must not count as tried.
    if (faulty && !existsSync(replacement)) writeFileSync(`${HERE}/hit`, `${tool} can't be made to fail\n`);
    const there = faulty ? { ...options, file: replacement, args: [tool, fault, ...options.args.slice(1)] } : options;
    const result = spawn.call(this, there);
    // After the start of what goes on by itself, the watcher, is when it has been started.
    signal(fault);
    if (fault === 'while' || (fault === 'after' && [process.execPath, '/bin/sh'].includes(tool))) die();
    // oxlint-disable-next-line unicorn/prefer-add-event-listener -- the handle is node's own, and has no such method
    if (fault === 'after') this._handle.onexit = die;
    if (this.send) watchQuestions(this);
    return result;
  };

  /** What a process of ours changes that we have asked to (src/main/probe.ts): `while` leaves it alone with it. */
  function watchQuestions(child) {
    const { send } = child;
    child.send = function (message, ...more) {
      const change = CHANGES[message.name];
      const fault = change && reached(change);
      const sent = send.call(this, message, ...more);
      signal(fault);
      if (fault === 'while') die();
      if (fault === 'after') this.once('message', die);
      return sent;
    };
  }

  const journals = new Set();
  let broken;

  /** Puts a function of fs under watch: `of` says what a call does to a journal or a directory, or nothing. */
  const wrap = (name, of) => {
    const real = fs[name];
    fs[name] = (...args) => {
      const what = of(...args);
      if (what === undefined) return real(...args);
      const fault = reached(what);
      signal(fault);
      if (fault === 'half') {
        const [fd, buffer, from, length, position] = args;
        real(fd, buffer, from, Math.floor(length / 2), position);
        die();
      }
      // A disk that is full or read-only stays so; an error of a medium comes once.
      if (fault === 'ENOSPC' || fault === 'EROFS') broken = fault;
      if (fault === 'EIO') throw failure(fault, name);
      if (broken === 'EROFS' && !/^(mk|rm)/.test(what)) throw failure(broken, name);
      if (broken === 'ENOSPC' && (what === 'create' || what === 'write')) throw failure(broken, name);
      const result = real(...args);
      if (fault === 'after') die();
      return result;
    };
  };

  // What is remembered of other runs is written by some of them only, and would move all moments after it.
  const isJournal = (file) => String(file).startsWith(`${STATE}/`) && !/\.(?:lock$|history)/.test(String(file));
  const isImage = (file) => basename(String(file)).startsWith('.hs.');
  wrap('openSync', (file, flags) => {
    if (!/[wx]/.test(flags)) return undefined;
    return isJournal(file) ? 'create' : isImage(file) ? 'mkimage' : undefined;
  });
  const { openSync } = fs;
  fs.openSync = (file, ...more) => {
    const fd = openSync(file, ...more);
    if (isJournal(file) || file === STATE) journals.add(fd);
    else journals.delete(fd);
    return fd;
  };
  wrap('writeSync', (fd) => (journals.has(fd) ? 'write' : undefined));
  wrap('fsyncSync', (fd) => (journals.has(fd) ? 'fsync' : undefined));
  wrap('ftruncateSync', (fd) => (journals.has(fd) ? 'truncate' : undefined));
  wrap('unlinkSync', (file) => (isJournal(file) ? 'unlink' : isImage(file) ? 'rmimage' : undefined));
  wrap('renameSync', (file) => (isJournal(file) ? 'rename' : undefined));
  wrap('mkdirSync', (_, options) => (options?.recursive === true ? undefined : 'mkdir'));
  wrap('rmdirSync', () => 'rmdir');
}

/** `group`: kill -9 of all that was started with us and did not leave our group; `term`: we alone are told to end. */
function signal(fault) {
  if (fault === 'group') process.kill(0, 'SIGKILL');
  if (fault === 'term') process.kill(process.pid, 'SIGTERM');
}

function die() {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
}

function failure(code, syscall) {
  const { errno } = require('node:os').constants;
  return Object.assign(new Error(`${code}: sabotage, ${syscall}`), { code, errno: -errno[code], syscall });
}
