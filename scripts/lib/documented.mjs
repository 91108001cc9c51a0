import ts from 'typescript';

const COMPILER_OPTIONS = {
  module: ts.ModuleKind.ES2022,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  skipLibCheck: true,
  types: []
};

/** Names that apps do not use, among them those that other entry points of a package need. */
export const isInternal = (name) => /^(?:ɵ|__|#|prototype$)/.test(name);
const isPrivate = (symbol) =>
  (symbol.declarations ?? []).some(
    (node) => ts.getCombinedModifierFlags(node) & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)
  );

/** Reads declarations of entry points, and returns a function that lists the names that one of them exports. */
export function exportsReader(files) {
  const program = ts.createProgram(files, COMPILER_OPTIONS);
  const checker = program.getTypeChecker();
  return (file) =>
    checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file))).map(({ name }) => name);
}

/**
 * The exports, and the members of exported classes and interfaces, that no documentation comment explains. What overrides a
 * documented member is explained by that.
 *
 * @param {string[]} files the declarations of the entry points
 * @param {string} home only what is declared below this folder counts
 * @returns {string[]}
 */
export function undocumented(files, home) {
  const program = ts.createProgram(files, COMPILER_OPTIONS);
  const checker = program.getTypeChecker();
  const missing = [];
  const look = (symbol, name) => {
    const own = symbol.declarations?.some((node) => node.getSourceFile().fileName.startsWith(home));
    if (own && symbol.getDocumentationComment(checker).length === 0) missing.push(name);
  };
  const exportsOf = (file) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));
  for (const exported of files.flatMap(exportsOf)) {
    if (isInternal(exported.name)) continue;
    const symbol = exported.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(exported) : exported;
    look(symbol, exported.name);
    for (const member of [...(symbol.members?.values() ?? []), ...(symbol.exports?.values() ?? [])]) {
      // A type parameter is described with what it belongs to.
      if (member.flags & ts.SymbolFlags.TypeParameter) continue;
      if (!isInternal(member.name) && !isPrivate(member)) look(member, `${exported.name}.${member.name}`);
    }
  }
  return missing;
}
