// The only file that imports the compiler. This folder belongs to the command line tool, which loads it when `audit` is asked for;
// what apps import stays free of dependencies.
export { default as ts } from 'typescript';
