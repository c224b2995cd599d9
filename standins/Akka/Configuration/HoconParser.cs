using System.Text;

namespace Akka.Configuration.Hocon;

/// <summary>
/// Reads HOCON: nested and dotted keys, `=`, `:`, `+=`, unquoted, quoted and triple-quoted texts, lists, comments,
/// includes and substitutions. Resolution of the latter is <see cref="HoconResolver"/>'s.
/// </summary>
internal sealed class HoconParser(string text, Func<string, HoconRoot> include)
{
    private const string Unquotable = "{}[]:=,#\n\"";
    private int _at;

    private bool AtEnd => _at >= text.Length;

    private char Current => _at < text.Length ? text[_at] : '\0';

    public static HoconRoot Parse(string text, Func<string, HoconRoot> include)
    {
        var root = new HoconParser(text, include).ParseDocument();
        return new HoconRoot(HoconResolver.Resolve(root));
    }

    public static List<string> SplitPath(string path)
    {
        var parts = new List<string>();
        var part = new StringBuilder();
        var quoted = false;
        foreach (var c in path)
        {
            if (c == '"')
                quoted = !quoted;
            else if (c == '.' && !quoted)
            {
                parts.Add(part.ToString().Trim());
                part.Clear();
            }
            else
                part.Append(c);
        }

        parts.Add(part.ToString().Trim());
        return parts;
    }

    private Node.Fields ParseDocument()
    {
        SkipSeparators();
        var root = new Node.Fields();
        var braced = Take("{");
        ParseFields(root, root, "", braced);
        SkipSeparators();
        return AtEnd ? root : throw Error("the end of the text");
    }

    private void ParseFields(Node.Fields root, Node.Fields target, string prefix, bool braced)
    {
        for (SkipSeparators(); !AtEnd; SkipSeparators())
        {
            if (Current == '}')
            {
                if (!braced)
                    throw Error("a key");
                _at++;
                return;
            }

            if (TakeInclude() is { } name)
                Include(target, name);
            else
                ParseField(root, target, prefix);
        }

        if (braced)
            throw Error("'}'");
    }

    private void ParseField(Node.Fields root, Node.Fields target, string prefix)
    {
        var key = ReadKey();
        var path = prefix + key;
        var steps = SplitPath(key);
        foreach (var step in steps[..^1])
        {
            var below = target.Values.GetValueOrDefault(step);
            if (below is not Node.Fields next)
            {
                next = new Node.Fields();
                target.Values[step] = below is not null && MayBeObject(below) ? new Node.Joined([below, next]) : next;
            }

            target = next;
        }

        var last = steps[^1];
        var earlier = target.Values.GetValueOrDefault(last);
        if (Take("+="))
        {
            var item = new Node.Items([ParseValue(root, path)]);
            target.Values[last] = earlier is null ? item : new Node.Joined([earlier, item]);
            return;
        }

        if (!Take("=") && !Take(":") && Current != '{')
            throw Error("'=', ':' or '{'");
        if (PeekBlankThen('{') && earlier is Node.Fields fields)
        {
            // Fields of a repeated object are read into the first one, so that they see each other.
            SkipBlanks();
            _at++;
            ParseFields(root, fields, path + ".", braced: true);
            if (AtValueEnd())
                return;
            earlier = fields;
        }

        var value = ParseValue(root, path);
        target.Values[last] = earlier is not null && MayBeObject(value) && MayBeObject(earlier)
            ? new Node.Joined([earlier, value])
            : WithEarlier(value, path, earlier);
    }

    private static bool MayBeObject(Node node) => node switch
    {
        Node.Fields => true,
        Node.Resolved resolved => resolved.Value.IsObject(),
        Node.Joined joined => joined.Parts.TrueForAll(MayBeObject),
        _ => false,
    };

    /// <summary>A self-reference stands for what the key held before.</summary>
    private static Node WithEarlier(Node value, string path, Node earlier) => value switch
    {
        Node.Reference self when self.Path == path => new Node.Reference(path, self.Optional, earlier),
        Node.Reference optional when optional.Optional && earlier is not null => new Node.Reference(optional.Path, true, earlier),
        Node.Joined joined => new Node.Joined([.. joined.Parts.Select(x => x is Node.Reference r && r.Path == path
            ? new Node.Reference(path, r.Optional, earlier)
            : x)]),
        _ => value,
    };

    private Node ParseValue(Node.Fields root, string path)
    {
        var parts = new List<Node>();
        SkipBlanks();
        while (!AtValueEnd())
        {
            var start = _at;
            SkipBlanks();
            if (AtValueEnd())
                break;
            if (parts.Count > 0 && _at > start && IsTextual(parts[^1]) && (Current == '$' || !"{[".Contains(Current)))
                parts.Add(new Node.Text(text[start.._at]));
            parts.Add(ParsePart(root, path));
        }

        return parts.Count switch
        {
            0 => throw Error("a value"),
            1 => parts[0],
            _ => new Node.Joined(parts),
        };
    }

    private static bool IsTextual(Node node) => node is Node.Text or Node.Reference;

    private Node ParsePart(Node.Fields root, string path)
    {
        if (Take("{"))
        {
            var fields = new Node.Fields();
            ParseFields(root, fields, path + ".", braced: true);
            return fields;
        }

        if (Take("["))
            return ParseItems(root, path);
        if (Take("${"))
        {
            var optional = Take("?");
            var end = text.IndexOf('}', _at);
            if (end < 0)
                throw Error("'}'");
            var reference = new Node.Reference(text[_at..end].Trim(), optional);
            _at = end + 1;
            return reference;
        }

        return new Node.Text(Current == '"' ? ReadQuoted() : ReadUnquoted());
    }

    private Node.Items ParseItems(Node.Fields root, string path)
    {
        var items = new List<Node>();
        for (SkipSeparators(); !Take("]"); SkipSeparators())
        {
            if (AtEnd)
                throw Error("']'");
            items.Add(ParseValue(root, path));
        }

        return new Node.Items(items);
    }

    private string ReadKey()
    {
        var key = new StringBuilder();
        while (!AtEnd && !"{=:\n".Contains(Current) && !text.AsSpan(_at).StartsWith("+="))
        {
            if (Current == '"')
                key.Append('"').Append(ReadQuoted()).Append('"');
            else
                key.Append(text[_at++]);
        }

        var name = key.ToString().Trim();
        return name.Length > 0 ? name : throw Error("a key");
    }

    private string ReadUnquoted()
    {
        var start = _at;
        while (!AtEnd && !Unquotable.Contains(Current) && !IsComment() && !text.AsSpan(_at).StartsWith("${"))
            _at++;
        if (_at == start && ":=".Contains(Current))
            throw Error("a value");
        if (_at == start)
            _at++;
        while (_at > start + 1 && char.IsWhiteSpace(text[_at - 1]))
            _at--;
        return text[start.._at];
    }

    private string ReadQuoted()
    {
        if (Take("\"\"\""))
        {
            var close = text.IndexOf("\"\"\"", _at, StringComparison.Ordinal);
            if (close < 0)
                throw Error("\"\"\"");
            var raw = text[_at..close];
            _at = close + 3;
            return raw;
        }

        var value = new StringBuilder();
        for (_at++; Current != '"'; _at++)
        {
            if (AtEnd)
                throw Error("'\"'");
            value.Append(Current == '\\' ? Escaped() : Current);
        }

        _at++;
        return value.ToString();
    }

    private char Escaped()
    {
        _at++;
        switch (Current)
        {
            case 'n': return '\n';
            case 't': return '\t';
            case 'r': return '\r';
            case 'b': return '\b';
            case 'f': return '\f';
            case 'u':
                var code = (char)Convert.ToInt32(text.Substring(_at + 1, 4), 16);
                _at += 4;
                return code;
            default: return Current;
        }
    }

    private string TakeInclude()
    {
        const string Word = "include";
        if (!text.AsSpan(_at).StartsWith(Word) || _at + Word.Length >= text.Length || !" \t\"".Contains(text[_at + Word.Length]))
            return null;
        var start = _at;
        _at += Word.Length;
        SkipBlanks();
        if (Current == '"')
            return ReadQuoted();
        _at = start;
        return null;
    }

    private void Include(Node.Fields target, string name)
    {
        if (include is null)
            throw new Configuration.ConfigurationException($"include \"{name}\": this text is parsed without an include callback");
        foreach (var (key, value) in include(name).Value.GetObject()?.Items ?? [])
        {
            target.Values[key] = target.Values.TryGetValue(key, out var earlier) && value.IsObject() && MayBeObject(earlier)
                ? new Node.Joined([earlier, new Node.Resolved(value)])
                : new Node.Resolved(value);
        }
    }

    private bool AtValueEnd() => AtEnd || Current is '\n' or ',' or '}' or ']' || IsComment();

    private bool IsComment() => Current == '#' || (Current == '/' && text.AsSpan(_at).StartsWith("//"));

    private void SkipBlanks()
    {
        while (!AtEnd && Current != '\n' && char.IsWhiteSpace(Current))
            _at++;
    }

    private bool PeekBlankThen(char c)
    {
        var at = _at;
        while (at < text.Length && text[at] != '\n' && char.IsWhiteSpace(text[at]))
            at++;
        return at < text.Length && text[at] == c;
    }

    private void SkipSeparators()
    {
        while (!AtEnd && (char.IsWhiteSpace(Current) || Current == ',' || IsComment()))
        {
            if (IsComment())
            {
                while (!AtEnd && Current != '\n')
                    _at++;
            }
            else
                _at++;
        }
    }

    private bool Take(string token)
    {
        if (!text.AsSpan(_at).StartsWith(token))
            return false;
        _at += token.Length;
        return true;
    }

    private FormatException Error(string expected)
    {
        var line = text.AsSpan(0, Math.Min(_at, text.Length)).Count('\n') + 1;
        return new FormatException($"HOCON, line {line}: expected {expected}, found {(AtEnd ? "the end" : $"'{Current}'")}");
    }
}
