export {
  GENESYS_REGIONS,
  apiOriginOf,
  findRegion,
  originsOf,
  type GenesysOrigins,
  type GenesysRegion,
  type GenesysRegionName
} from './regions.ts';
export {
  CLOSE_CODES,
  NOTIFICATIONS_PROTOCOL,
  TICKET_PROTOCOL_PREFIX,
  isTicketResponse,
  type GapReason,
  type HubClientFrame,
  type HubErrorCode,
  type HubEvent,
  type HubPosition,
  type HubServerFrame,
  type TicketResponse,
  type TopicState
} from './notifications.ts';
export { PROBLEMS, PROBLEM_MEDIA_TYPE, PROBLEM_TYPE_PREFIX, isProblemCode, type ProblemCode } from './problems.ts';
export {
  GENESYS_SESSION_HEADER,
  RETURN_TO_PARAMETER,
  SIGNED_OUT_SESSION,
  SIGN_IN_FAILURES,
  SIGN_IN_PARAMETERS,
  SIGN_IN_PATHS,
  SIGN_IN_RESULT_PARAMETER,
  formatSignInResult,
  parseSignInResult,
  type SessionUser,
  type SignInFailure,
  type SignInResult,
  type SignOutResponse
} from './sign-in.ts';
export {
  GENESYS_AUTH_HEADER,
  GENESYS_AUTH_HEADER_VALUE,
  RELAY_PATHS,
  SESSION_PATH,
  TOKEN_PATH,
  isProblem,
  isRecord,
  isSessionResponse,
  isTokenResponse,
  type IdentityType,
  type Problem,
  type SessionResponse,
  type TokenRequest,
  type TokenResponse
} from './wire.ts';
