const { missingTools } = require('./lib/tools.cjs');

// Says at the end, loudly, which tests this machine could not run, then prints one plain closing line for people and for
// log readers: "jest: N passed, N failed". A run that cannot end, because a test left something open, fails instead of hanging.
const END_WITHIN_MS = 60_000;

module.exports = class LineReporter {
  onRunComplete(_contexts, results) {
    for (const { tool, tests, get } of missingTools()) {
      process.stdout.write(`\nNOT RUN: ${tests}, because ${tool} was not found.\n  To run them: ${get}\n\n`);
    }
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const skipped = results.numPendingTests + results.numTodoTests;
    process.stdout.write(
      `jest: ${results.numPassedTests} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}\n`
    );
    setTimeout(() => {
      process.stdout.write(
        `\nFAILED: jest did not end within ${END_WITHIN_MS / 1000} s: a test left something open.\n`
      );
      process.exit(1);
    }, END_WITHIN_MS).unref();
  }
};
