/// What is around a page that needs nothing else: no script, no network, and a policy that forbids both.
package enum HTMLFrame {
    /// All before the body. The title may be any text; the style is ours.
    package static func head(title: String, style: String) -> String {
        let policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
        return "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            + "<meta http-equiv=\"Content-Security-Policy\" content=\"" + policy + "\">\n"
            + "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
            + "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"color-scheme\" content=\"light dark\">\n"
            + "<title>" + HTMLText.escaped(title, limit: 132) + "</title>\n<style>\n" + style + "</style>\n</head>\n"
    }
}
