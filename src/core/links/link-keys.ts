import { randomBytes } from 'node:crypto'
import { CliError } from '../errors.ts'

/** What links are signed with: the first key; each of them verifies, while one is being replaced by another. */
export type LinkKeys = readonly [Uint8Array, ...Uint8Array[]]

export interface LinkSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readFile(path: string): Promise<string | undefined>
  writePrivate(path: string, text: string): Promise<void>
}

const shortestKey = 32

/** `DROVER_LINK_KEY`, several with commas between; else a key in drover's home, which is made when it is first needed. */
export async function readLinkKeys({
  env,
  home,
  readFile,
  writePrivate,
}: LinkSurroundings): Promise<LinkKeys> {
  if (env.DROVER_LINK_KEY) return parseKeys(env.DROVER_LINK_KEY, 'DROVER_LINK_KEY')
  const file = `${home}/link-key`
  const kept = await readFile(file)
  if (kept !== undefined) return parseKeys(kept.trim(), file)
  const made = randomBytes(shortestKey).toString('base64url')
  await writePrivate(file, `${made}\n`)
  return parseKeys(made, file)
}

function parseKeys(text: string, source: string): LinkKeys {
  const [first = '', ...others] = text.split(',').map((key) => key.trim())
  for (const key of [first, ...others]) {
    if (key.length >= shortestKey) continue
    throw new CliError(
      'invalid-configuration',
      `A key for links from ${source} has less than 32 characters.`,
      {
        hint: 'openssl rand -base64 32',
      },
    )
  }
  const encoder = new TextEncoder()
  return [encoder.encode(first), ...others.map((key) => encoder.encode(key))]
}
