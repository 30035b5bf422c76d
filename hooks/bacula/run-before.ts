import { bacula } from '../../src/contracts/bacula.ts';
import { runHook } from '../../src/hook.ts';

void runHook(bacula, 'open');
