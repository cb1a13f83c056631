import { CliError } from '../core/errors.ts'
import { parseJson } from '../core/words/json.ts'
import type { JsonValue } from '../core/workflow.ts'
import { HttpRefusal } from './failure-response.ts'
import type { GatewayContext } from './gateway-parts.ts'

const largestBody = 1024 * 1024

/** The body as JSON. Throws 415 for another type, 413 over a megabyte, and 422 for what is no JSON. */
export async function readJson(context: GatewayContext): Promise<JsonValue> {
  requireType(context, 'application/json')
  return parseJson(await readText(context), 'The body', 'send JSON in UTF-8')
}

/** The fields of a form of drover's own pages. */
export async function readForm(context: GatewayContext): Promise<URLSearchParams> {
  requireType(context, 'application/x-www-form-urlencoded')
  return new URLSearchParams(await readText(context))
}

/** Throws 415 where another type is said, or none: a page of somebody else cannot send JSON without asking first. */
function requireType({ req }: GatewayContext, wanted: string): void {
  const given = req.header('Content-Type') ?? ''
  const [type = '', ...parameters] = given.split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  if (type === wanted && isUtf8) return
  throw new HttpRefusal(415, 'unsupported-type', `The body must be ${wanted} in UTF-8.`, {
    hint: `-H 'Content-Type: ${wanted}'`,
  })
}

async function readText({ req }: GatewayContext): Promise<string> {
  const declared = Number(req.header('Content-Length') ?? 0)
  if (declared > largestBody) throw tooLarge()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of req.raw.body ?? []) {
    size += chunk.byteLength
    if (size > largestBody) throw tooLarge()
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks))
  } catch (cause) {
    throw new CliError('invalid-argument', 'The body is not UTF-8.', { cause })
  }
}

function tooLarge(): HttpRefusal {
  return new HttpRefusal(413, 'too-large', `A body may have ${largestBody} bytes.`, {
    headers: { Connection: 'close' },
  })
}
