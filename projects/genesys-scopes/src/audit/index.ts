import type { OperationIndex } from '../operations/index.ts';
import { findConfigured } from './configured.ts';
import { followDeclarations } from './declarations.ts';
import { evaluator } from './evaluate.ts';
import { type Judgement, judge } from './judge.ts';
import { findRequests } from './requests.ts';
import { findSdkCalls } from './sdk.ts';
import { type Source, programOf } from './source.ts';

/** How sources are audited. */
export interface AuditOptions {
  /** The index to judge by. */
  readonly index: OperationIndex;
  /** Scopes the app is configured with, where the sources do not say; they count beside those the sources name. */
  readonly scopes?: readonly string[];
  /** The exact list of registered scopes. */
  readonly registeredScopes?: readonly string[];
  /** Absolute folder that relative paths of sources start from. */
  readonly folder?: string;
}

const nowhere = { file: '(command line)', line: 1, column: 1 };

/** Reads sources (TypeScript, JavaScript, HTML) and judges which scopes they need, have and lack. Runs none of them. */
export function auditSources(
  sources: readonly Source[],
  { index, scopes, registeredScopes, folder = '/' }: AuditOptions
): Judgement {
  const { program, files } = programOf(sources, folder);
  const declarations = followDeclarations(program, files);
  const evaluate = evaluator(declarations);
  const found = findConfigured(sources, files, declarations, evaluate);
  const given = (names: readonly string[] = []) => names.map((scope) => ({ scope, place: nowhere }));
  const configured = {
    ...found,
    scopes: [...found.scopes, ...given(scopes)],
    registered: [...found.registered, ...given(registeredScopes)]
  };
  const uses = [...findRequests(files, declarations, evaluate), ...findSdkCalls(files, declarations)];
  return judge(index, uses, configured);
}

export { type Finding, type FoundCall, type Judgement } from './judge.ts';
export { UnreadSourcesError, type Place, type Source } from './source.ts';
