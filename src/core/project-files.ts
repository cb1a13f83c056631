/** A file of the project that tells drover what to do. */
export interface ProjectFile {
  readonly path: string
  readonly text: string
  /** Who else may have written it; undefined where only this user and root could. */
  readonly author?: 'another user' | 'everybody'
}

/** The files in and above the working directory that choose a database, and what this user said of them. */
export interface ProjectFiles {
  /** Undefined where there is none. Throws `invalid-configuration` for what is there and cannot be read. */
  read(path: string): Promise<ProjectFile | undefined>
  /** True once `trust` was called for this path with this very text. */
  isTrusted(file: ProjectFile): Promise<boolean>
  trust(files: readonly ProjectFile[]): Promise<void>
  /** The profile of this file that this user works with where nothing else names a database. */
  usedProfile(path: string): Promise<string | undefined>
  /** Undefined: none from now on. */
  useProfile(path: string, name: string | undefined): Promise<void>
  /** True when this user never connected to it because a file said so; it is remembered. */
  isNewHost(host: string): Promise<boolean>
}
