export { type TabSyncOptions, withTabSync } from './feature';
