/** A body for Postgres, as it is: quoted by a tag that does not stand in it, whatever names do. */
export function dollarQuote(body: string, tag = 'decide'): string {
  const quote = `$${tag}$`
  return body.includes(quote) ? dollarQuote(body, `${tag}_`) : `${quote}${body}${quote}`
}
