import { CliError } from '../../core/errors.ts'

interface EncryptionFailure {
  readonly says: string
  readonly hint: string
}

const ownAuthority =
  'add sslrootcert=FILE to the URL with the certificate of who signed it, or sslmode=no-verify to encrypt without proof of who answers'

const failureByCode: Readonly<Record<string, EncryptionFailure>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: { says: 'shows a self-signed certificate', hint: ownAuthority },
  SELF_SIGNED_CERT_IN_CHAIN: { says: 'shows a certificate of an authority unknown here', hint: ownAuthority },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    says: 'shows a certificate of an authority unknown here',
    hint: ownAuthority,
  },
  UNABLE_TO_GET_ISSUER_CERT: {
    says: 'shows a certificate of an authority unknown here',
    hint: ownAuthority,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    says: 'shows a certificate of an authority unknown here',
    hint: ownAuthority,
  },
  CERT_HAS_EXPIRED: {
    says: 'shows a certificate that has expired',
    hint: 'let whoever looks after the server renew it; sslmode=no-verify encrypts without proof of who answers',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    says: 'shows a certificate for another name',
    hint: 'name the host as its certificate does; uselibpqcompat=true&sslmode=verify-ca&sslrootcert=FILE leaves the name out',
  },
}

/** Why TLS with this server failed, where that is known. */
export function toEncryptionError(error: unknown, code: string, label: string): CliError | undefined {
  const text = error instanceof Error ? error.message : ''
  const failure = /does not support SSL/.test(text)
    ? { says: 'offers no TLS, which the URL or PGSSLMODE asks for', hint: 'add sslmode=disable to the URL' }
    : failureByCode[code]
  if (!failure) return undefined
  return new CliError('database-unreachable', `The server of ${label} ${failure.says}.`, {
    hint: failure.hint,
    cause: error,
  })
}
