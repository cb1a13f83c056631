import { CliError } from '../core/errors.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** A text of a file, and what became of it. */
export interface Substituted {
  readonly value: string
  /** As it stands in the file. */
  readonly template: string
  /** The variables whose values are in it now. */
  readonly variables: readonly string[]
}

/** `${NAME}` and `${NAME:-default}` replaced from the environment. Throws `invalid-configuration` for a name that is not set. */
export function substituteEnv(template: string, env: Environment, file: string): Substituted {
  const variables: string[] = []
  const value = template.replaceAll(placeholder, (_, name: string, fallback?: string) => {
    if (env[name]) variables.push(name)
    const text = env[name] || fallback
    if (text !== undefined) return text
    throw new CliError('invalid-configuration', `${file} uses \${${name}}, which is not set.`, {
      hint: `export ${name}=…, or name the database with --db-url`,
    })
  })
  return { value, template, variables }
}

/** Every variable that is set replaced by the same word, so that it shows where it stands. */
export function markVariables(template: string, env: Environment, word: string): string {
  return template.replaceAll(placeholder, (_, name: string, fallback = '') => (env[name] ? word : fallback))
}

/** The text as far as it stands in the file: without the values of variables, and with what stands for those that are not set. */
export function fallbacksOf(template: string): string {
  return template.replaceAll(placeholder, (_, __, fallback = '') => fallback)
}

/** The whole of it is what a variable says: then the file chose nothing. */
export function isOneVariable({ template, variables }: Substituted): boolean {
  return variables.length === 1 && new RegExp(`^${placeholder.source}$`).test(template)
}

const placeholder = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g
