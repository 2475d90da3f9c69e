import { testLanguages } from './language-suite.ts';

testLanguages(['python', 'javascript', 'typescript']);
