export { type ServerCredential, type ServerGenesysAuthOptions, provideServerGenesysAuth } from './provide';
export { sessionCookie } from './session-cookie';
export { visitorHeaders } from './visitor-headers';
