export { type ServerCredential, type ServerGenesysAuthOptions, provideServerGenesysAuth } from './provide';
export { visitorHeaders } from './visitor-headers';
