import { runCommand } from '../src/main/command.ts';

void runCommand();
