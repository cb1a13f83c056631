import type { ProjectFile, ProjectFiles } from '../../src/core/project-files.ts'

interface World {
  /** Texts by absolute path. */
  readonly files?: Readonly<Record<string, string | undefined>>
  /** Who else wrote one, by path. */
  readonly authors?: Readonly<Record<string, ProjectFile['author']>>
}

/** Keeps what is trusted in memory: `trusted` holds the paths, in order. */
export function createFakeProjectFiles({ files = {}, authors = {} }: World = {}) {
  const trusted = new Map<string, string>()
  const hosts: string[] = []
  const used = new Map<string, string>()
  const projectFiles: ProjectFiles = {
    usedProfile: async (path) => used.get(path),
    useProfile: async (path, name) => {
      if (name === undefined) used.delete(path)
      else used.set(path, name)
    },
    read: async (path) => {
      const text = files[path]
      return text === undefined ? undefined : { path, text, author: authors[path] }
    },
    isTrusted: async ({ path, text }) => trusted.get(path) === text,
    trust: async (given) => {
      for (const { path, text } of given) trusted.set(path, text)
    },
    isNewHost: async (host) => {
      if (hosts.includes(host)) return false
      hosts.push(host)
      return true
    },
  }
  return { ...projectFiles, trusted, hosts, used }
}
