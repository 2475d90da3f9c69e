// Reads the imports of one TypeScript file: what, on which line, and whether loading the file loads it at once.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';

/** One import, export-from, `import()`, `require()` or `import('x').Type` of a file. */
export interface SourceImport {
  readonly specifier: string;
  readonly line: number;
  /** True when it runs while the file loads; false for types and for calls inside a function. */
  readonly eager: boolean;
}

export function readImports(path: string): SourceImport[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const imports: SourceImport[] = [];
  const visit = (node: ts.Node, insideFunction: boolean): void => {
    const found = importOf(node);
    if (found) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      imports.push({ specifier: found.specifier, line, eager: found.runs && !insideFunction });
    }
    ts.forEachChild(node, (child) => visit(child, insideFunction || ts.isFunctionLike(node)));
  };
  visit(source, false);
  return imports;
}

/** The source file that a relative specifier names, or undefined for packages and files that are no TypeScript. */
export function resolveRelative(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = join(dirname(from), specifier).replaceAll('\\', '/');
  return path.endsWith('.ts') && existsSync(path) ? path : undefined;
}

function importOf(node: ts.Node): { specifier: string; runs: boolean } | undefined {
  if (ts.isImportDeclaration(node)) return literal(node.moduleSpecifier, !node.importClause?.isTypeOnly);
  if (ts.isExportDeclaration(node)) return literal(node.moduleSpecifier, !node.isTypeOnly);
  if (ts.isImportTypeNode(node))
    return literal(ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, false);
  if (!ts.isCallExpression(node)) return undefined;
  const isImport = node.expression.kind === ts.SyntaxKind.ImportKeyword;
  const isRequire = ts.isIdentifier(node.expression) && node.expression.text === 'require';
  return isImport || isRequire ? literal(node.arguments[0], true) : undefined;
}

function literal(node: ts.Node | undefined, runs: boolean): { specifier: string; runs: boolean } | undefined {
  return node && ts.isStringLiteralLike(node) ? { specifier: node.text, runs } : undefined;
}
