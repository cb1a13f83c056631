import { CliError } from '../errors.ts'

/** Where others reach the gateway, without a slash at its end. Throws `usage` where nobody says it. */
export function publicUrlOf(
  { env }: { readonly env: Readonly<Record<string, string | undefined>> },
  { publicUrl }: { readonly publicUrl?: string },
): string {
  const found = publicUrl ?? env.DROVER_PUBLIC_URL
  if (!found) {
    throw new CliError('usage', 'It is not known where the gateway is reached.', {
      hint: 'add --public-url https://…, or set DROVER_PUBLIC_URL; on this machine it is http://localhost:8000',
    })
  }
  return parseWebUrl(found, publicUrl ? '--public-url' : 'DROVER_PUBLIC_URL').href.replace(/\/$/, '')
}

/** Throws `invalid-argument` for what is not the URL of a web site. */
export function parseWebUrl(text: string, source: string): URL {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return new URL(text)
  throw new CliError('invalid-argument', `The ${source} "${text}" is not the URL of a web site.`, {
    hint: 'write it as https://drover.example',
  })
}
