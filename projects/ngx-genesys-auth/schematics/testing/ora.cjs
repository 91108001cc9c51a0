// A spinner that shows nothing.
const spinner = { start: () => spinner, stop: () => spinner, succeed: () => spinner, fail: () => spinner };
module.exports = { default: () => spinner };
