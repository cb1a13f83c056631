import { renderUnicodeCompact } from 'uqr'

/** A QR code in half blocks, for a terminal. */
export function renderQr(url: string): string {
  return renderUnicodeCompact(url)
}
