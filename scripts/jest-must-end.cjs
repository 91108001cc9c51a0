// A run of jest that cannot end, because a test left something open, fails instead of hanging.
const END_WITHIN_MS = 60_000;

module.exports = class MustEnd {
  onRunComplete() {
    setTimeout(() => {
      process.stdout.write(
        `\nFAILED: jest did not end within ${END_WITHIN_MS / 1000} s: a test left something open.\n`
      );
      process.exit(1);
    }, END_WITHIN_MS).unref();
  }
};
