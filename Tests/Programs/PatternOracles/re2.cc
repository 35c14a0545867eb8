// What RE2 finds: reads lines of a pattern and a text, both in hexadecimal; writes where the match and its groups lie, `none`
// or `refused`.
#include <re2/re2.h>

#include <iostream>
#include <memory>
#include <string>
#include <vector>

static std::string bytes(const std::string &hex) {
    std::string result;
    for (size_t at = 0; at + 1 < hex.size(); at += 2) result += static_cast<char>(std::stoi(hex.substr(at, 2), nullptr, 16));
    return result;
}

int main() {
    std::string pattern, text;
    RE2::Options options;
    options.set_log_errors(false);
    options.set_max_mem(64 << 20);
    while (std::cin >> pattern >> text) {
        // A dash in front, so that nothing is no empty word.
        std::string subject = bytes(text.substr(1));
        RE2 expression(bytes(pattern.substr(1)), options);
        if (!expression.ok()) {
            std::cout << "refused\n";
            continue;
        }
        std::vector<re2::StringPiece> groups(1 + expression.NumberOfCapturingGroups());
        if (!expression.Match(subject, 0, subject.size(), RE2::UNANCHORED, groups.data(), groups.size())) {
            std::cout << "none\n";
            continue;
        }
        for (size_t i = 0; i < groups.size(); i++) {
            if (i > 0) std::cout << ' ';
            if (groups[i].data() == nullptr) {
                std::cout << '-';
            } else {
                size_t start = groups[i].data() - subject.data();
                std::cout << start << '-' << start + groups[i].size();
            }
        }
        std::cout << '\n';
    }
}
