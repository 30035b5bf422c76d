import { isFault } from '../core/model/fault.ts';
import { errorCode } from '../core/files/trust.ts';
import { CHANGES, questions, type QuestionName } from '../foreign/questions.ts';

/** What is asked, and what is answered; see system/prober.ts. */
interface Asked {
  readonly name: QuestionName;
  readonly about: never;
}

/** What `ps` shows of this process, and while a question changes something: whoever comes after a killed hook waits for that (system/kernel/processes.ts). */
const LOOKING = 'holdstill looks';
const CHANGING = 'holdstill edits';

/**
 * The process that touches what is not ours, so that the one that asks never hangs: answers each message with one of its own, until
 * the other side is gone.
 */
export function answerQuestions(): void {
  process.title = LOOKING;
  // A group of its own has no terminal; who ends us is the one who asks.
  process.on('SIGINT', () => undefined);
  process.on('disconnect', () => process.exit(0));
  process.on('message', ({ name, about }: Asked) => {
    if (CHANGES.has(name)) process.title = CHANGING;
    const answer = answerTo(name, about);
    process.title = LOOKING;
    process.send?.(answer);
  });
}

function answerTo(name: QuestionName, about: never): object {
  try {
    return { value: questions[name](about) };
  } catch (error) {
    const { message } = error as Error;
    if (!isFault(error)) return { error: { code: errorCode(error), message } };
    const { code, hint, detail } = error;
    return { fault: { code, message, hint, detail } };
  }
}
