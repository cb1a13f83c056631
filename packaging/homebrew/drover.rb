# A template, not tried with Homebrew: `ruby -c` alone has read it. `npm run release` fills in what is in capitals, and leaves the
# formula in dist/release for the repository of a tap.
class Drover < Formula
  desc "Drive DBOS durable workflows from a terminal"
  homepage "HOMEPAGE"
  url "https://registry.npmjs.org/drover/-/drover-VERSION.tgz"
  sha256 "SHA256"
  license "MIT"

  depends_on "node"

  def install
    # The embedded Postgres and the compiler of TypeScript are optional packages for this system.
    system "npm", "install", *std_npm_args, "--include=optional"
    bin.install_symlink libexec.glob("bin/*")
    man1.install_symlink libexec/"lib/node_modules/drover/man/drover.1"
    generate_completions_from_executable(bin/"drover", "completion", shells: [:bash, :zsh, :fish])
  end

  test do
    assert_match version.to_s, shell_output("#{bin}/drover --version")
    assert_match "Cannot connect", shell_output("#{bin}/drover list --db-url postgres://nobody@127.0.0.1:1/x 2>&1", 69)
  end
end
