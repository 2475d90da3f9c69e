// Checks that every door of package.json exists in src/ and that every name it exports has a doc comment.
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import ts from 'typescript';
import { readDoors } from './package-doors.ts';

const doors = readDoors();
const problems = doors
  .filter((door) => !existsSync(door.source))
  .map((door) => `package.json: door "${door.name}" has no ${door.source}`);

const { config } = ts.readConfigFile('tsconfig.build.json', ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, process.cwd());
const sources = doors.map((door) => door.source).filter((source) => existsSync(source));
const program = ts.createProgram(sources, options);
const checker = program.getTypeChecker();
const checked = new Set<ts.Symbol>();
let names = 0;

for (const door of doors) {
  const file = program.getSourceFile(door.source);
  const module = file && checker.getSymbolAtLocation(file);
  if (file && !module) problems.push(`${door.source} exports nothing`);
  for (const exported of module ? checker.getExportsOfModule(module) : []) {
    names += 1;
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    if (checked.has(symbol)) continue;
    checked.add(symbol);
    if (!isDocumented(symbol))
      problems.push(`${placeOf(symbol)} ${exported.name} (door "${door.name}") has no doc comment`);
  }
}
for (const problem of problems) console.error(problem);
console.log(`exports: ${doors.length} doors, ${names} names, ${problems.length} problems`);
process.exitCode = problems.length > 0 ? 1 : 0;

function isDocumented(symbol: ts.Symbol): boolean {
  return ts.displayPartsToString(symbol.getDocumentationComment(checker)).trim().length > 0;
}

function placeOf(symbol: ts.Symbol): string {
  const declaration = symbol.declarations?.[0];
  if (!declaration) return '(unknown place)';
  const source = declaration.getSourceFile();
  const { line } = source.getLineAndCharacterOfPosition(declaration.getStart(source));
  return `${relative(process.cwd(), source.fileName)}:${line + 1}`;
}
