import { testLanguages } from './language-suite.ts';

testLanguages(['rust', 'go', 'java', 'c++']);
