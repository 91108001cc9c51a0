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

/**
 * Reads the declarations of entry points once.
 *
 * @param {string[]} files the declarations of all entry points
 */
export function readDeclarations(files) {
  const program = ts.createProgram(files, COMPILER_OPTIONS);
  const checker = program.getTypeChecker();
  const exportsOf = (file) => checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(file)));

  /**
   * The exports, and the members of exported classes and interfaces, that no documentation comment explains. What overrides a
   * documented member is explained by that.
   *
   * @param {string[]} some the declarations of the entry points to look at
   * @param {string} home only what is declared below this folder counts
   * @returns {string[]}
   */
  function undocumented(some, home) {
    const missing = [];
    const look = (symbol, name) => {
      const own = symbol.declarations?.some((node) => node.getSourceFile().fileName.startsWith(home));
      if (own && symbol.getDocumentationComment(checker).length === 0) missing.push(name);
    };
    for (const exported of some.flatMap(exportsOf)) {
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

  return { namesOf: (file) => exportsOf(file).map(({ name }) => name), undocumented };
}
