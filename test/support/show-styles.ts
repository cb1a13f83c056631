/** Styles as text, so that a change of colour is seen in a review. */
export function showStyles(line: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: styles are what is shown
  return line.replaceAll(/\x1b\[([\d;]+)m/g, '⟨$1⟩')
}
