import { sshContracts } from './contract.ts';
import { throughJump } from './hosts.ts';

await sshContracts('through the jump host', throughJump);
