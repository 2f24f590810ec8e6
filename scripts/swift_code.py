"""Reads Swift code as text: without comments and strings, and the operands around an operator."""
import re

OPEN, CLOSE = "([{", ")]}"


def code_of(text):
    """The text with comments blanked and strings reduced to quotes and interpolations; offsets are unchanged."""
    out, i, n = list(text), 0, len(text)

    def blank(start, end):
        for k in range(start, min(end, n)):
            if out[k] != "\n":
                out[k] = " "

    def skip_string(i):
        hashes = 0
        while text[i] == "#":
            hashes, i = hashes + 1, i + 1
        quote = '"""' if text.startswith('"""', i) else '"'
        i += len(quote)
        end, escape = quote + "#" * hashes, "\\" + "#" * hashes
        while i < n and not text.startswith(end, i):
            if text.startswith(escape + "(", i):
                blank(i, i + len(escape))
                i = skip_code(i + len(escape) + 1)
            elif text.startswith(escape, i):
                blank(i, i + len(escape) + 1)
                i += len(escape) + 1
            else:
                blank(i, i + 1)
                i += 1
        return i + len(end)

    def skip_code(i):
        """Skips to the parenthesis that ends an interpolation, or to the end."""
        depth = 0
        while i < n:
            if text.startswith("//", i):
                end = text.find("\n", i)
                end = n if end < 0 else end
                blank(i, end)
                i = end
            elif text.startswith("/*", i):
                end = text.find("*/", i)
                end = n if end < 0 else end + 2
                blank(i, end)
                i = end
            elif text[i] == '"' or re.match(r'#+"', text[i:i + 8]):
                i = skip_string(i)
            else:
                depth += (text[i] == "(") - (text[i] == ")")
                i += 1
                if depth < 0:
                    return i
        return i

    skip_code(0)
    return "".join(out)


def matching(code, place):
    """The position of the bracket matching the one at `place`, in either direction."""
    step = 1 if code[place] in OPEN else -1
    depth = 0
    while 0 <= place < len(code):
        if code[place] in OPEN:
            depth += step
        elif code[place] in CLOSE:
            depth -= step
        if depth == 0:
            return place
        place += step
    return -1


def operand_before(code, place):
    """The postfix expression that ends before `place`."""
    end = place
    while end > 0 and code[end - 1].isspace():
        end -= 1
    start = end
    while start > 0:
        char = code[start - 1]
        if char in CLOSE:
            opening = matching(code, start - 1)
            if opening < 0:
                break
            start = opening
            # A trailing closure belongs to the preceding call.
            if char == "}":
                while start > 0 and code[start - 1] in " ":
                    start -= 1
        elif char == '"':
            start = code.rfind('"', 0, start - 1)
        elif char.isalnum() or char in "_.?!$\\":
            start -= 1
        elif char.isspace() and re.match(r"\s*\.[A-Za-z_]", code[start - 1:]):
            start -= 1
        else:
            break
    return code[start:end].strip()


def operand_after(code, place):
    """The postfix expression that begins after `place`."""
    start = place
    while start < len(code) and (code[start].isspace() or code[start] in "-~"):
        start += 1
    for word in ("try ", "await "):
        if code.startswith(word, start):
            start += len(word)
    end = start
    while end < len(code):
        char = code[end]
        if char in OPEN and (char != "{" or end == start):
            closing = matching(code, end)
            if closing < 0:
                break
            end = closing + 1
        elif char == '"':
            end = code.find('"', end + 1) + 1
        elif char.isalnum() or char in "_.?!$\\":
            end += 1
        elif char in " \n" and re.match(r"\s*\{ ?\$0|\s*\{ \w+ in|\s*\n\s*\.[A-Za-z]", code[end:]):
            end += 1
            if code[end - 1:].lstrip().startswith("{"):
                end = code.index("{", end - 1)
                end = matching(code, end) + 1
        else:
            break
    return code[start:end].strip()


def split_arguments(text):
    parts, depth, start = [], 0, 0
    for place, char in enumerate(text):
        depth += (char in OPEN) - (char in CLOSE)
        if char == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    return [part.strip() for part in parts + [text[start:]]]
