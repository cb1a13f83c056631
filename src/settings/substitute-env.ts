import { CliError } from '../core/errors.ts'

/** `${NAME}` and `${NAME:-default}` replaced from the environment. Throws `invalid-configuration` for a name that is not set. */
export function substituteEnv(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  file: string,
): string {
  return text.replaceAll(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (_, name: string, fallback?: string) => {
    const value = env[name] || fallback
    if (value !== undefined) return value
    throw new CliError('invalid-configuration', `${file} uses \${${name}}, which is not set.`, {
      hint: `export ${name}=…, or name the database with --db-url`,
    })
  })
}
