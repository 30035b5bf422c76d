import { questions, type AboutOf, type AnswerOf, type QuestionName } from '../src/foreign/questions.ts';
import { readerOf } from '../src/system/read.ts';
import type { Prober } from '../src/system/command.ts';

/** Answers in the process that asks, for tests in which nothing hangs. */
export const prober: Prober = {
  ask: <N extends QuestionName>(name: N, about: AboutOf<N>) =>
    Promise.resolve(questions[name](about as never) as AnswerOf<N>),
};

/** For an `Exec` whose commands a test answers. */
export const unhurried = { ...prober, patienceMs: (most: number): number => most };

/** Reads by itself. */
export const read = readerOf(prober);
