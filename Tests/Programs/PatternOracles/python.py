"""What Python's re finds in bytes: reads lines of a pattern and a text, both in hexadecimal behind a dash; writes where the
match and its groups lie, `none` or `refused`."""

import re
import sys
import warnings

warnings.simplefilter("ignore")
for line in sys.stdin:
    pattern, text = (bytes.fromhex(word[1:]) for word in line.split())
    try:
        match = re.compile(pattern).search(text)
    except re.error:
        print("refused")
        continue
    if match is None:
        print("none")
        continue
    spans = [match.span(number) for number in range(match.re.groups + 1)]
    print(" ".join("-" if start < 0 else f"{start}-{end}" for start, end in spans))
