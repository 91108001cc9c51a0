/** The organization that lives in the sandbox. */
export interface SandboxOrganization {
  readonly id: string;
  readonly name: string;
}
