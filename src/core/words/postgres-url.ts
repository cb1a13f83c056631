/** What a Postgres URL names, read as the driver reads it. */
export interface PostgresUrl {
  /** A name, an address, or the directory of a socket; `localhost` where the URL names none. */
  readonly host: string
  readonly port: string
  /** With its slash, as it stands in the URL; empty where the URL names none. */
  readonly path: string
  readonly user: string
  readonly hasPassword: boolean
  readonly options: ReadonlyMap<string, string>
}

/** Undefined for what is no Postgres URL. Where an option stands twice the driver takes the last one. */
export function readPostgresUrl(text: string): PostgresUrl | undefined {
  try {
    const whole = withHost(mayBePlain(text) ? encodeURI(text).replace(/%25(\d\d)/g, '%$1') : text)
    if (!URL.canParse(whole) || !/^postgres(ql)?:\/\//.test(whole)) return undefined
    const url = new URL(whole)
    const options = new Map(url.searchParams.entries())
    const named = decodeURIComponent(url.hostname.replace(/^\[(.+)\]$/, '$1'))
    return {
      host: options.get('host') || named || 'localhost',
      port: options.get('port') || url.port || '5432',
      path: url.pathname,
      user: options.get('user') || decodeURIComponent(url.username),
      hasPassword: Boolean(options.get('password') || url.password),
      options,
    }
  } catch {
    return undefined
  }
}

/** As the driver decides that nothing is percent-encoded yet. */
function mayBePlain(text: string): boolean {
  return / |%[^a-f0-9]|%[a-f0-9][^a-f0-9]/i.test(text)
}

/** `postgres://user@/name?host=/directory` is right for Postgres, and no URL for anybody else. */
export function withHost(url: string): string {
  return url.replace(/^(postgres(?:ql)?:\/\/(?:[^/@?]*@)?)(?=[/?]|$)/, '$1localhost')
}

/** A socket, or this machine by a name or an address that no resolver is asked for. */
export function isThisMachine(host: string): boolean {
  return (
    host.startsWith('/') ||
    host === 'localhost' ||
    host === '::1' ||
    /^127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3}$/.test(host)
  )
}

/** The same URL without these parameters of its query. */
export function withoutParameters(text: string, ...parameters: readonly string[]): string {
  const url = new URL(text)
  for (const parameter of parameters) url.searchParams.delete(parameter)
  return url.href
}
