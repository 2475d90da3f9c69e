import { sshContracts } from './contract.ts';
import { direct } from './hosts.ts';

await sshContracts('straight', direct);
