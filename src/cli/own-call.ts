import path from 'node:path'

interface Surroundings {
  /** The file that Node was given. */
  readonly script: string
  readonly env: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  isThere(file: string): boolean
}

const binFolder = path.join('node_modules', '.bin')

/** What one types to call this drover: `drover` where the shell finds it, else the package manager that does. */
export function findOwnCall({ script, env, platform, isThere }: Surroundings): string {
  const isDependency = script.split(path.sep).includes('node_modules')
  if (!isDependency) return 'drover'
  const manager = managerOf(env)
  const names = platform === 'win32' ? ['drover.cmd', 'drover.exe'] : ['drover']
  const isOnPath = (env.PATH ?? env.Path ?? '')
    .split(path.delimiter)
    // A package manager adds these for what it runs; the shell from which it was called need not have them.
    .filter((folder) => folder !== '' && (manager === undefined || !folder.endsWith(binFolder)))
    .some((folder) => names.some((name) => isThere(path.join(folder, name))))
  return isOnPath ? 'drover' : (manager ?? 'npx drover')
}

/** By which package manager this process was started. */
function managerOf({ npm_config_user_agent: agent }: Surroundings['env']): string | undefined {
  if (agent === undefined) return undefined
  const [name = ''] = agent.split('/')
  const calls: Readonly<Record<string, string>> = {
    pnpm: 'pnpm exec drover',
    yarn: 'yarn drover',
    bun: 'bunx drover',
  }
  return Object.hasOwn(calls, name) ? calls[name] : 'npx drover'
}
