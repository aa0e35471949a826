/** One object of the canary, and what became of it. */
export interface CanaryChange {
  readonly object: string;
  readonly did: 'created' | 'changed' | 'same' | 'removed' | 'absent';
}

/** The canaries of a mesh, for the command line. Close it. */
export interface CanariesHere {
  install(cluster: string, dryRun: boolean): Promise<readonly CanaryChange[]>;
  remove(cluster: string, dryRun: boolean): Promise<readonly CanaryChange[]>;
  /** Null: it is not there. @throws OperatorError where the cluster cannot be looked at. */
  state(cluster: string): Promise<{ readonly available: number; readonly desired: number } | null>;
  close(): Promise<void>;
}
