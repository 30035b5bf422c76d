import { generic } from '../../src/contracts/generic.ts';
import { runHook } from '../../src/hook.ts';

void runHook(generic, 'open');
