import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { CliError } from '../../core/errors.ts'

interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readFile(path: string): Promise<string | undefined>
  writePrivate(path: string, text: string): Promise<void>
}

const prefix = 'whsec_'
const shortestBytes = 24

/** What notifications are signed with: `DROVER_WEBHOOK_SECRET`, else a secret in drover's home, made when it is first needed. */
export async function readWebhookSecret({
  env,
  home,
  readFile,
  writePrivate,
}: Surroundings): Promise<Buffer> {
  if (env.DROVER_WEBHOOK_SECRET) return parseSecret(env.DROVER_WEBHOOK_SECRET, 'DROVER_WEBHOOK_SECRET')
  const file = path.join(home, 'webhook-secret')
  const kept = await readFile(file)
  if (kept !== undefined) return parseSecret(kept.trim(), file)
  const made = `${prefix}${randomBytes(32).toString('base64')}`
  await writePrivate(file, `${made}\n`)
  return parseSecret(made, file)
}

function parseSecret(text: string, source: string): Buffer {
  const secret = Buffer.from(text.replace(prefix, ''), 'base64')
  if (text.startsWith(prefix) && secret.length >= shortestBytes) return secret
  throw new CliError('invalid-configuration', `The secret of ${source} is not one for webhooks.`, {
    hint: 'write it as whsec_ and at least 24 bytes in base64, such as of: openssl rand -base64 32',
  })
}
