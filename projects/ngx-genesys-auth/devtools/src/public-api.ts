export { type DevtoolsOptions, withDevtools } from './feature';
