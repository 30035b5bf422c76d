import { generic } from '../../src/contracts/generic.ts';
import { runHook } from '../../src/main/hook.ts';

void runHook(generic, 'close');
