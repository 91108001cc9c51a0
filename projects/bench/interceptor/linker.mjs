// The Angular of the bench is newer than the one that builds this project, so it brings its own linker.
import { readFile } from 'node:fs/promises';
import { transformAsync } from '@babel/core';
import { createEs2015LinkerPlugin } from '@angular/compiler-cli/linker/babel';
import { NodeJSFileSystem, ConsoleLogger, LogLevel } from '@angular/compiler-cli';

const plugin = createEs2015LinkerPlugin({
  fileSystem: new NodeJSFileSystem(),
  logger: new ConsoleLogger(LogLevel.error),
  linkerJitMode: false,
  sourceMapping: false
});

/** Links a file as an application build does; stands in for the transformer of `appBundle()`. */
export const linker = {
  async transformFile(file) {
    const source = await readFile(file, 'utf8');
    if (!source.includes('ɵɵngDeclare') || file.includes('@angular/core/')) return source;
    const linked = await transformAsync(source, {
      filename: file,
      plugins: [plugin],
      configFile: false,
      babelrc: false,
      compact: false
    });
    return linked?.code ?? source;
  },
  close: () => Promise.resolve()
};
