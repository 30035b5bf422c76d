import { bacula } from '../../src/contracts/bacula.ts';
import { runHook } from '../../src/main/hook.ts';

void runHook(bacula, 'open');
