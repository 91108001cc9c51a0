export { type OperationFinder } from './catalogue';
export { type ScopeCatalogueOptions, withScopeCatalogue } from './feature';
